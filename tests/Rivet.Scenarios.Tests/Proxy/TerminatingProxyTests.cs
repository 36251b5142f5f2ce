using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Rivet.Client.Native.Tls;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Proxy;

/// <summary>
/// A proxy that opens TLS and makes it anew towards the server, ALPN and all: the machine in the middle, be it the
/// hoster's own. Neither end takes it.
/// </summary>
public sealed class TerminatingProxyTests
{
    [Fact]
    public async Task Client_ThroughIt_RefusesBeforeItShowsItself()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        using var proxy = await StartAsync(folder, server);
        await using var company = await Company.FoundAsync(server);
        using var keys = DeviceKeys.Create();

        var refused = await TlsLink.ConnectAsync(company.Target with { Port = proxy.Port }, keys, null, null, TimeProvider.System, Company.Ct);
        var known = await TlsLink.ConnectAsync(company.Target with { Port = proxy.Port }, company.Founder.Keys, null, null, TimeProvider.System, Company.Ct);

        // Not "unreachable" and not "no TLS": the proxy relayed, and the server's proof did not fit the channel.
        Assert.Equal(LinkRefusal.WrongServerKey, refused.Refusal);
        Assert.Equal(LinkRefusal.WrongServerKey, known.Refusal);
    }

    [Fact]
    public async Task Server_BehindIt_RefusesADeviceThatChecksNothing()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        using var proxy = await StartAsync(folder, server);
        await using var company = await Company.FoundAsync(server);

        var serverStatic = (await LinkInspection.LookAsync(company.Target.Host, company.Target.Port, TimeProvider.System, Company.Ct)).Value.StaticKey;

        var direct = await CredulousDevice.ShowAsync(company.Target, serverStatic, company.Founder.Keys, Company.Ct);
        var between = await CredulousDevice.ShowAsync(company.Target with { Port = proxy.Port }, serverStatic, company.Founder.Keys, Company.Ct);

        Assert.Equal("Respond", direct);
        Assert.Equal("Close Refused", between);
    }

    [Fact]
    public async Task Inspect_ThroughIt_SaysThatNothingIsProven()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        using var proxy = await StartAsync(folder, server);

        var (code, output) = await CliProcess.RunAsync(folder["nobody"], "lws", "inspect", $"127.0.0.1:{proxy.Port}", "--json");

        Assert.Equal(8, code);
        Assert.Contains("\"proven\":false", output, StringComparison.Ordinal);
    }

    private static async Task<ProxyProcess> StartAsync(TempFolder folder, ServerProcess server)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=in between", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(folder["proxy.pem"], certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem(), Company.Ct);
        return await ProxyProcess.HaProxyAsync(folder, port => string.Create(CultureInfo.InvariantCulture, $"""
            defaults
                mode tcp
                timeout connect 10s
                timeout client 200s
                timeout server 200s

            frontend devices
                bind 127.0.0.1:{port} ssl crt {folder["proxy.pem"]} alpn lws/1 ssl-min-ver TLSv1.3
                default_backend rivet

            backend rivet
                server rivet 127.0.0.1:{server.Port} ssl verify none alpn lws/1 ssl-min-ver TLSv1.3

            """));
    }
}
