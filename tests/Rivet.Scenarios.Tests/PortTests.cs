using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>What the one port answers over HTTPS, and to whom.</summary>
public sealed class PortTests
{
    [Fact]
    public async Task Metrics_AskedFromThisMachine_Answer()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var (status, text) = await Https.GetAsync($"https://127.0.0.1:{server.Port}/metrics");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("dotnet_", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AskedFromElsewhere_DoNotExist()
    {
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily is AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.SkipWhen(own is null, "this machine has no address but loopback");
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder, "--host", own!.ToString());

        var (health, _) = await Https.GetAsync($"https://{own}:{server.Port}/health");
        var (metrics, text) = await Https.GetAsync($"https://{own}:{server.Port}/metrics");

        Assert.Equal(HttpStatusCode.OK, health);
        Assert.NotEqual(HttpStatusCode.OK, metrics);
        Assert.DoesNotContain("dotnet_", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_AskedByAnybody_SaysOneWord()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var (status, text) = await Https.GetAsync($"https://127.0.0.1:{server.Port}/health");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("ok", text);
    }

}

/// <summary>Asks a server over HTTPS; its certificate has tests of its own.</summary>
internal static class Https
{
    public static async Task<(HttpStatusCode Status, string Text)> GetAsync(string address)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true, AllowAutoRedirect = false };
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(new Uri(address), Company.Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Company.Ct));
    }
}
