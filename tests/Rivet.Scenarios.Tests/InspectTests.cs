using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet lws inspect</c> as its own process.</summary>
public sealed class InspectTests
{
    [Fact]
    public async Task Inspect_RealServer_SaysWhatIsNegotiatedAndWhoItIs()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var (code, seen) = await RunAsync(folder["nobody"], $"127.0.0.1:{server.Port}");

        Assert.Equal(0, code);
        Assert.Equal("TLS 1.3", Text(seen, "tls"));
        Assert.Equal("TLS_AES_256_GCM_SHA384", Text(seen, "suite"));
        Assert.Contains(Text(seen, "group"), (string[])["X25519", "X25519MLKEM768"]);
        Assert.Equal("lws/1", Text(seen, "alpn"));
        Assert.Equal(64, Text(seen, "certificate").Length);
        Assert.Equal(["tls-exporter", "tls-server-end-point"], seen.GetProperty("bindings").EnumerateArray().Select(binding => binding.GetString()!));
        Assert.Equal(server.Announced.GetProperty("serverKey").GetString(), Text(seen, "serverKey"));
        Assert.True(seen.GetProperty("proven").GetBoolean());
        Assert.Equal(("none", "none"), (Text(seen, "home"), Text(seen, "invitation")));
        Assert.False(Directory.Exists(folder["nobody"]));
    }

    [Fact]
    public async Task Inspect_PinnedServer_IsComparedWithHomeAndInvitation()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        using var server = ServerProcess.Start(folder);
        using var another = ServerProcess.Start(other);
        var invitation = server.Invitation!;
        var (joined, _) = await CliProcess.RunAsync(folder["home"], "join", invitation, "--company", "Copper & Ginkgo", "--name", "Ana");
        Assert.Equal(0, joined);

        var (code, own) = await RunAsync(folder["home"], $"localhost:{server.Port}", "--invitation", invitation);
        var (elsewhereCode, elsewhere) = await RunAsync(folder["home"], $"localhost:{another.Port}");
        var (wrongCode, wrong) = await RunAsync(folder["home"], $"localhost:{another.Port}", "--invitation", invitation);

        Assert.Equal((0, "same", "same"), (code, Text(own, "home"), Text(own, "invitation")));
        Assert.Equal((0, "elsewhere"), (elsewhereCode, Text(elsewhere, "home")));
        Assert.Equal((8, "different"), (wrongCode, Text(wrong, "invitation")));
    }

    [Fact]
    public async Task Inspect_AnotherServerAtTheHomesAddress_EndsWithAnError()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var (joined, _) = await CliProcess.RunAsync(folder["home"], "join", server.Invitation!, "--company", "Copper & Ginkgo", "--name", "Ana");
        Assert.Equal(0, joined);
        server.Kill();
        using var impostor = ServerProcess.Start(other["data"], other["keys"], server.Port);

        var (code, seen) = await RunAsync(folder["home"], $"localhost:{server.Port}");

        Assert.Equal((8, "different"), (code, Text(seen, "home")));
        Assert.True(seen.GetProperty("proven").GetBoolean());
    }

    [Fact]
    public async Task Inspect_NoRivetServer_TellsByTheExitCode()
    {
        using var folder = new TempFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var greeting = GreetAsync(listener);

        var (plain, _) = await CliProcess.RunAsync(folder["nobody"], "lws", "inspect", $"127.0.0.1:{port}");
        await greeting;
        listener.Stop();
        var (gone, _) = await CliProcess.RunAsync(folder["nobody"], "lws", "inspect", $"127.0.0.1:{port}");
        var (nonsense, _) = await CliProcess.RunAsync(folder["nobody"], "lws", "inspect", "no address/");

        Assert.Equal((9, 5, 2), (plain, gone, nonsense));
    }

    private static async Task GreetAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Company.Ct);
        await client.GetStream().WriteAsync("220 mail.example.org ready\r\n"u8.ToArray(), Company.Ct);
    }

    private static async Task<(int ExitCode, JsonElement Seen)> RunAsync(string home, string address, params string[] more)
    {
        var (code, output) = await CliProcess.RunAsync(home, ["lws", "inspect", address, "--json", .. more]);
        return (code, output.Length > 0 ? JsonDocument.Parse(output).RootElement.Clone() : default);
    }

    private static string Text(JsonElement seen, string name) => seen.GetProperty(name).GetString()!;
}
