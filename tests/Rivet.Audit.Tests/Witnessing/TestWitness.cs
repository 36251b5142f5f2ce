using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Transparency;
using Rivet.Witness;

namespace Rivet.Audit.Tests;

/// <summary>A witness as its operator runs it, which can be stopped, started again and put back to an older folder.</summary>
internal sealed class TestWitness(TempFolder temp, string name, TimeProvider time, X509Certificate2? certificate = null) : IAsyncDisposable
{
    private string path = temp[name];
    private WitnessFolder? folder;
    private WebApplication? app;
    private int port;

    public NoteKey Key => folder!.PublicKey;

    public string Url => $"{(certificate is null ? "http" : "https")}://127.0.0.1:{port}/";

    public async Task<TestWitness> StartAsync()
    {
        folder = Directory.Exists(path) ? WitnessFolder.Open(path) : WitnessFolder.Create(path, name);
        app = WitnessServer.Build(folder, IPAddress.Loopback, port, certificate, time);
        await app.StartAsync();
        port = new Uri(app.Urls.First()).Port;
        return this;
    }

    public void Watch(NoteKey log) => Assert.True(folder!.Logs.Add(log));

    public void Rekey(NoteKey log) => Assert.True(folder!.Logs.Replace(log));

    public long SizeOf(NoteKey log) => folder!.Logs.Find(log.Name)!.Value.Tree.Size;

    public async Task StopAsync()
    {
        await app!.StopAsync();
        await app.DisposeAsync();
        folder!.Dispose();
        app = null;
    }

    /// <summary>Copies the folder of a witness that stands still.</summary>
    public string Copy(string to)
    {
        Directory.CreateDirectory(temp[to]);
        foreach (var file in Directory.GetFiles(path))
        {
            File.Copy(file, Path.Combine(temp[to], Path.GetFileName(file)));
        }

        return temp[to];
    }

    public Task<TestWitness> StartFromAsync(string copy)
    {
        path = copy;
        return StartAsync();
    }

    public Task<bool> HasSignedAsync(SignedNote note) => note.IsSignedByAsync(Key, new Ed25519Verifier(), CancellationToken.None).AsTask();

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await StopAsync();
        }
    }
}
