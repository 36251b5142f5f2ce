using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Proxy;

/// <summary>
/// A proxy that passes TLS on, with the very configuration that docs/operations/reverse-proxy.md shows: the product works
/// through it, and nobody gains by it.
/// </summary>
public sealed class PassingProxyTests
{
    private const string DocumentedServer = "192.0.2.10:8443";

    [Theory]
    [InlineData("haproxy")]
    [InlineData("nginx")]
    public async Task TerminalClients_ThroughTheProxy_JoinAndTalk(string kind)
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder, "--host", OwnAddress().ToString());
        using var proxy = await StartAsync(kind, folder, server);
        string Through(string invitation) => invitation.Replace($":{server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal).Replace($"//{OwnAddress()}:", "//127.0.0.1:", StringComparison.Ordinal);

        await RunAsync(folder["ana"], "join", Through(server.Invitation!), "--company", "Copper & Ginkgo", "--name", "Ana");
        var invited = await RunAsync(folder["ana"], "admin", "invite", "--name", "Bo", "--json");
        await RunAsync(folder["bo"], "join", Through(invited.GetProperty("link").GetString()!), "--name", "Bo");
        await RunAsync(folder["ana"], "new", "--with", "Bo");
        await RunAsync(folder["ana"], "send", "Bo", "through the proxy");
        var read = await RunAsync(folder["bo"], "read", "Ana", "--json");
        var who = await RunAsync(folder["bo"], "whoami", "--json");

        Assert.Equal("through the proxy", read.GetProperty("text").GetString());
        Assert.Equal($"127.0.0.1:{proxy.Port}", who.GetProperty("server").GetString());
    }

    /// <summary>The server takes loopback for its own administrator: the proxy must not lend strangers that address.</summary>
    [Fact]
    public async Task Metrics_ThroughTheProxy_DoNotExist()
    {
        Assert.SkipWhen(IPAddress.IsLoopback(OwnAddress()), "this machine has no address but loopback");
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder, "--host", OwnAddress().ToString());
        using var proxy = await StartAsync("haproxy", folder, server);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true, AllowAutoRedirect = false };
        using var http = new HttpClient(handler);

        using var health = await http.GetAsync(new Uri($"https://127.0.0.1:{proxy.Port}/health"), Company.Ct);
        using var metrics = await http.GetAsync(new Uri($"https://127.0.0.1:{proxy.Port}/metrics"), Company.Ct);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, metrics.StatusCode);
    }

    [Fact]
    public void Page_ForOperators_ShowsWhatTheSamplesHold()
    {
        var root = Fixtures.RepositoryRoot();
        var page = File.ReadAllText(Path.Combine(root, "docs", "operations", "reverse-proxy.md"));

        foreach (var sample in (string[])["haproxy.cfg", "nginx-stream.conf"])
        {
            // Each sample begins with a comment for whoever finds it alone; the page shows the rest.
            var lines = File.ReadAllLines(Path.Combine(root, "samples", "proxy", sample)).SkipWhile(line => line.StartsWith('#'));
            Assert.Contains(string.Join('\n', lines).Trim(), page, StringComparison.Ordinal);
        }
    }

    private static Task<ProxyProcess> StartAsync(string kind, TempFolder folder, ServerProcess server)
    {
        var (sample, listens) = kind == "nginx" ? ("nginx-stream.conf", "listen 443") : ("haproxy.cfg", "bind :443");
        var text = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot(), "samples", "proxy", sample));
        Assert.Contains(listens, text, StringComparison.Ordinal);
        Assert.Contains(DocumentedServer, text, StringComparison.Ordinal);
        string Configuration(int port) => text
            .Replace(listens, string.Create(CultureInfo.InvariantCulture, $"{listens.Split(' ')[0]} 127.0.0.1:{port}"), StringComparison.Ordinal)
            .Replace(DocumentedServer, string.Create(CultureInfo.InvariantCulture, $"{OwnAddress()}:{server.Port}"), StringComparison.Ordinal);
        return kind == "nginx" ? ProxyProcess.NginxAsync(folder, Configuration) : ProxyProcess.HaProxyAsync(folder, Configuration);
    }

    private static async Task<JsonElement> RunAsync(string home, params string[] arguments)
    {
        var (code, output) = await CliProcess.RunAsync(home, arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}: {output}");
        var last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        return last.StartsWith('{') ? JsonDocument.Parse(last).RootElement.Clone() : default;
    }

    private static IPAddress OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily is AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)) ?? IPAddress.Loopback;
}
