using System.Globalization;
using System.Text.Json;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Scenarios.Tests;

/// <summary>A company whose security log an auditor reads and a witness outside cosigns, all of it set up from the terminal.</summary>
internal sealed class WatchedCompany : IDisposable
{
    private readonly TempFolder folder;
    private readonly HttpClient stranger = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });

    private WatchedCompany(TempFolder folder, ServerProcess server, string key) => (this.folder, Server, Key) = (folder, server, key);

    public ServerProcess Server { get; }

    /// <summary>The log's key, as the auditor has it from elsewhere than the server.</summary>
    public string Key { get; }

    public WitnessProcess Witness { get; private set; } = null!;

    private string Log => Key.Split('+')[0].Split('/')[^1];

    public static async Task<WatchedCompany> FoundAsync(TempFolder folder)
    {
        var server = ServerProcess.Start(folder, "--exports-inside");
        Assert.Equal(0, (await CliProcess.RunAsync(folder["home"], "join", server.Invitation!, "--name", "Ana", "--device", "desk", "--company", "Copper & Ginkgo")).ExitCode);
        var company = new WatchedCompany(folder, server, await KeyAsync(folder));
        company.Witness = await WitnessProcess.StartAsync(folder["witness"], company.Key);
        await company.AdminAsync("audit", "witness", "add", company.Witness.Key, company.Witness.Url);
        await File.WriteAllTextAsync(folder["token"], (await company.AdminAsync("audit", "reader", "add", "auditor")).Trim(), Company.Ct);
        return company;
    }

    /// <summary>Runs <c>rivet admin …</c> as the founder; it must succeed.</summary>
    public async Task<string> AdminAsync(params string[] arguments)
    {
        var (code, output) = await CliProcess.RunAsync(folder["home"], ["admin", .. arguments]);
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>Something that must be recorded; gives the log's size once it is.</summary>
    public async Task<long> HappenAsync()
    {
        var before = (await CheckpointAsync(_ => true)).Size;
        await AdminAsync("invite", "--name", "Bo");
        return (await CheckpointAsync(newest => newest.Size >= before + 2)).Size;
    }

    /// <summary>Waits until the newest checkpoint, as everybody may read it, bears the witness's name; gives its size. The terminal signs in, which is recorded: it may not ask meanwhile.</summary>
    public async Task<long> CosignedAsync() => (await CheckpointAsync(newest => newest.Note.Signatures.Any(line => line.Name == WitnessProcess.Name))).Size;

    /// <summary>Waits until the list of witnesses says this of the one.</summary>
    public async Task<JsonElement> WitnessIsAsync(Func<JsonElement, bool> condition)
    {
        while (true)
        {
            var standing = JsonDocument.Parse(await AdminAsync("audit", "witness", "list", "--json")).RootElement.Clone();
            if (condition(standing))
            {
                return standing;
            }

            await Task.Delay(200, Company.Ct);
        }
    }

    /// <summary>What the auditor finds now, who wants the witness's cosignature.</summary>
    public async Task<(int ExitCode, (string Kind, string Place)[] Found, JsonElement Report)> AuditAsync()
    {
        // A mirror of its own each time: this auditor remembers nothing but two keys.
        var mirror = folder[Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)];
        await VerifyProcess.FetchAsync(Server, Log, folder["token"], mirror);
        return await VerifyProcess.JudgeAsync(mirror, Key, Witness.Key);
    }

    public void Dispose()
    {
        stranger.Dispose();
        Witness?.Dispose();
        Server.Dispose();
    }

    private async Task<(long Size, SignedNote Note)> CheckpointAsync(Func<(long Size, SignedNote Note), bool> condition)
    {
        while (true)
        {
            var bytes = await stranger.GetByteArrayAsync(new Uri($"https://127.0.0.1:{Server.Port}/audit/{Log}/checkpoint"), Company.Ct);
            Assert.True(SignedNote.TryParse(bytes, out var note));
            Assert.True(Checkpoint.TryParse(note.Text, out var checkpoint));
            if (condition((checkpoint.Size, note)))
            {
                return (checkpoint.Size, note);
            }

            await Task.Delay(50, Company.Ct);
        }
    }

    private static async Task<string> KeyAsync(TempFolder folder)
    {
        while (true)
        {
            var (code, output) = await CliProcess.RunAsync(folder["home"], "admin", "audit", "show", "--json");
            Assert.Equal(0, code);
            if (JsonDocument.Parse(output).RootElement.GetProperty("key").GetString() is { Length: > 0 } key)
            {
                return key;
            }
        }
    }
}
