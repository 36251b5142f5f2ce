using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

/// <summary>Has a witness's key and answers whatever it is told to.</summary>
internal sealed class Liar : IAsyncDisposable
{
    private readonly WebApplication app;

    private Liar(WebApplication app) => this.app = app;

    public Ed25519Key Signer { get; } = Ed25519Key.Create();

    public NoteKey Key => NoteKey.Of("liar.example", NoteKeyKind.Cosignature, Signer.PublicKey);

    public string Url => app.Urls.First();

    /// <summary>What it does; given the text of the checkpoint that it was asked for.</summary>
    public Func<HttpContext, string, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public List<string> Asked { get; } = [];

    public static async Task<Liar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var liar = new Liar(builder.Build());
        liar.app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            liar.Asked.Add($"{context.Request.Path}\n{body}");
            var note = body[(body.IndexOf("\n\n", StringComparison.Ordinal) + 2)..];
            await liar.Answer(context, note[..(note.IndexOf("\n\n", StringComparison.Ordinal) + 1)]);
        });
        await liar.app.StartAsync();
        return liar;
    }

    public async Task SayAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    }

    public async Task<string> CosignAsync(string text, DateTimeOffset at, Ed25519Key? signer = null)
        => (await Cosignature.SignAsync(text, Key.Name, at, signer ?? Signer, CancellationToken.None))!.ToString();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Signer.Dispose();
    }
}

