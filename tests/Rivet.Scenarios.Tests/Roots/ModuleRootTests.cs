using System.Net;
using Rivet.Client.Native.Tls;
using Rivet.Link;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Roots;

/// <summary>A real server whose root is in a key module: the module goes and comes back, and the server is built anew from a backup, with its token and without.</summary>
public sealed class ModuleRootTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly SoftToken token = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Module_GoneAndBack_HealthSaysSoPeopleGoOnAndTheLogHasBoth()
    {
        await using var server = await FoundAsync();
        var process = server.Process.ProcessId;
        Assert.Equal("1", await ReachableAsync(server));
        Assert.Equal((HttpStatusCode.OK, "ok"), await HealthAsync(server));

        // What somebody new does needs a key of their own in the log, so the loss is seen at once, not at the next look half a minute later.
        token.Remove();
        var cy = await server.Company.AddAsync("Cy");
        await UntilAsync(server, "degraded");
        await Until.HoldsAsync(async () => await ReachableAsync(server) == "0"); // the exporter gives the same answer for a moment

        await server.WriteAsync("while the module is away");
        await server.SignInAsync();
        await server.RefuseAsync("shows no token with the label", "events");

        // What Cy did is not in the log yet. While it waits, what must be recorded is refused after a while; who is signed in goes on.
        var refusal = LinkRefusal.None;
        await Until.HoldsAsync(async () => (refusal = await TrySignInAsync(server, cy)) != LinkRefusal.None);
        Assert.Equal(LinkRefusal.Unavailable, refusal);
        await server.WriteAsync("while nobody can sign in");
        await server.ReadAsync();
        Assert.Single(server.Process.Log.Split('\n'), line => line.Contains("Outbox consumer", StringComparison.Ordinal));

        token.PutBack();
        await UntilAsync(server, "ok");
        await Until.HoldsAsync(async () => await ReachableAsync(server) == "1"); // the exporter gives the same answer for a moment

        await Until.HoldsAsync(async () => await TrySignInAsync(server, cy) == LinkRefusal.None); // the log catches up

        await server.SignInAsync();
        Assert.Equal(["vault.root.adopted", "vault.root.unreachable", "vault.root.reachable"], await server.LogUntilAsync("vault.root.reachable", 1));
        Assert.Single(server.Process.Log.Split('\n'), line => line.Contains("answers again\"", StringComparison.Ordinal));
        Assert.Equal(process, server.Process.ProcessId);
    }

    [Fact]
    public async Task Backup_RestoredElsewhere_IsReadableWithTheTokenAndLockedWithout()
    {
        await using var server = await FoundAsync();
        var backup = await BackupProcess.SetUpAsync(folder, server.Process);
        await backup.MakeAsync();
        Assert.Equal(0, (await backup.VerifyAsync()).ExitCode);
        server.Stop();
        Directory.Move(server.Process.DataFolder, folder["lost-data"]);
        Directory.Move(server.Process.KeysFolder, folder["lost-keys"]);
        token.Remove();

        // The backup is whole without the module; only a start needs it.
        var restored = await backup.RestoreAsync(server.Process.DataFolder, server.Process.KeysFolder);
        Assert.True(restored.ExitCode == 0, restored.Error);
        Assert.False(File.Exists(server.RootFile));

        // Whatever opens a restored store first writes in its head how it keeps its journal, and nothing else.
        Assert.Equal(1, ServerProcess.RunToRefusal("--data", server.Process.DataFolder, "--keys", server.Process.KeysFolder, "--port", "0").ExitCode);
        server.RefuseStart($"shows no token with the label \"{token.Label}\". Connect it");
        await server.RefuseAsync("shows no token with the label", "events");

        // Another token of the same label is not taken for it.
        var other = new SoftToken(token.Label);
        server.RefuseStart("holds no key rivet-root-", "--key-module", SoftToken.Library, "--token", other.Label, "--pin-file", other.WritePin(folder["other-pin"]));
        other.Remove();

        token.PutBack();
        File.Move(folder["pin"], folder["pin-elsewhere"]);
        server.RefuseStart($"The PIN file {folder["pin"]} cannot be read");
        await server.StartAgainAsync("--key-module", SoftToken.Library, "--token", token.Label, "--pin-file", folder["pin-elsewhere"]);
        server.Stop();
        await server.StartAgainAsync();
        Assert.Equal(["vault.root.adopted"], await server.LogUntilAsync("vault.root.adopted", 1));
    }

    private Task<RootedServer> FoundAsync()
        => RootedServer.FoundAsync(folder, "--key-module", SoftToken.Library, "--token", token.Label, "--pin-file", token.WritePin(folder["pin"]));

    private static async Task<LinkRefusal> TrySignInAsync(RootedServer server, Device device)
    {
        var made = await TlsLink.ConnectAsync(server.Company.Target, device.Keys, null, null, TimeProvider.System, Company.Ct);
        if (made.TryGet(out var link, out var refusal))
        {
            await link.DisposeAsync();
            return LinkRefusal.None;
        }

        return refusal;
    }

    private static Task UntilAsync(RootedServer server, string health)
        => Until.HoldsAsync(async () => await HealthAsync(server) == (HttpStatusCode.OK, health), health);

    private static async Task<(HttpStatusCode Status, string Said)> HealthAsync(RootedServer server)
    {
        using var http = Http(server);
        using var answer = await http.GetAsync(new Uri("health", UriKind.Relative), Company.Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Company.Ct));
    }

    /// <summary>What /metrics says of the root.</summary>
    private static async Task<string> ReachableAsync(RootedServer server)
    {
        using var http = Http(server);
        var line = (await http.GetStringAsync(new Uri("metrics", UriKind.Relative), Company.Ct)).Split('\n')
            .Single(one => one.StartsWith("rivet_vault_root_reachable", StringComparison.Ordinal));
        return line[(line.LastIndexOf(' ') + 1)..];
    }

    private static HttpClient Http(RootedServer server)
        => new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
            BaseAddress = new Uri($"https://localhost:{server.Process.Port}/"),
        };
}
