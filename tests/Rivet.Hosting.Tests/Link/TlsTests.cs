using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Net;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Rivet.Client.Native.Tls;
using Rivet.Hosting.Link.Tls;
using Rivet.Hosting.Tests.Fakes;
using Rivet.Testing;

namespace Rivet.Hosting.Tests.Link;

[SupportedOSPlatform("linux")]
public sealed class TlsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SelfTest_OnThisMachine_Passes() => await TlsSelfTest.RunAsync(TimeProvider.System, Ct);

    [Fact]
    public async Task Dial_Tls12_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        await AssertRefusedAsync(server, options => options.EnabledSslProtocols = SslProtocols.Tls12);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_AES_128_CCM_SHA256)]
    public async Task Dial_OtherSuite_IsRefused(TlsCipherSuite suite)
    {
        await using var server = await TestServer.StartAsync();
        await AssertRefusedAsync(server, options => options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]));
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    public async Task Dial_AllowedSuite_IsTaken(TlsCipherSuite suite)
    {
        await using var server = await TestServer.StartAsync();
        using var link = await RawLink.DialAsync(server.Port, options => options.CipherSuitesPolicy = new CipherSuitesPolicy([suite]));
        Assert.Equal(suite, link.Tls.NegotiatedCipherSuite);
    }

    [Theory]
    [InlineData("lws/2")]
    [InlineData("spdy/3")]
    public async Task Dial_UnknownAlpn_IsRefused(string protocol)
    {
        await using var server = await TestServer.StartAsync();
        await AssertRefusedAsync(server, options => options.ApplicationProtocols = [new SslApplicationProtocol(protocol)]);
    }

    [Theory]
    [InlineData("P-256", "lws/1", false)]
    [InlineData("P-384", "lws/1", false)]
    [InlineData("X448", "lws/1", false)]
    [InlineData("P-256", "http/1.1", false)]
    [InlineData("X25519", "lws/1", true)]
    [InlineData("X25519", "http/1.1", true)]
    public async Task Dial_Group_IsJudgedBeforeAByteIsRead(string group, string protocol, bool allowed)
    {
        await using var server = await TestServer.StartAsync();
        // An allowed connection answers: HTTP with a status, LWS (to bytes that are no frame) with a close frame.
        var answer = await OpenSslAsync(server.Port, group, protocol, "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal(allowed, answer.Length > 0);
        if (allowed && protocol == "http/1.1")
        {
            Assert.Contains("hello over https", System.Text.Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Https_BesideLws_AnswersOnTheSamePort()
    {
        await using var server = await TestServer.StartAsync();
        using var keys = DeviceKeys.Create();
        await using var link = await server.JoinAsync(keys);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
            using var http = new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
            Assert.Equal("hello over https", await http.GetStringAsync(new Uri($"https://localhost:{server.Port.ToString(CultureInfo.InvariantCulture)}/hello"), Ct));
        }
    }

    [Fact]
    public async Task Outgoing_ToAnOldServer_StaysPossibleInTheSameProcess()
    {
        await using var server = await TestServer.StartAsync();
        using var certificate = TestServer.MakeCertificate(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["key.pem"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), Ct);
        await File.WriteAllTextAsync(folder["cert.pem"], certificate.ExportCertificatePem(), Ct);
        var port = FreePort();
        using var old = Start("s_server", "-accept", $"127.0.0.1:{port}", "-tls1_2", "-groups", "P-256", "-key", folder["key.pem"], "-cert", folder["cert.pem"]);
        try
        {
            Assert.Contains("ACCEPT", await ReadUntilAsync(old.StandardOutput, "ACCEPT"), StringComparison.Ordinal);
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, port, Ct);
            await using var tls = new SslStream(tcp.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "old", RemoteCertificateValidationCallback = static (_, _, _, _) => true }, Ct);
            Assert.Equal(SslProtocols.Tls12, tls.SslProtocol);
        }
        finally
        {
            old.Kill();
        }
    }

    private static async Task AssertRefusedAsync(TestServer server, Action<SslClientAuthenticationOptions> change)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(async () => (await RawLink.DialAsync(server.Port, change)).Dispose());
        Assert.True(refused is AuthenticationException or IOException, refused.ToString());
    }

    private static async Task<byte[]> OpenSslAsync(int port, string group, string protocol, string said)
    {
        using var client = Start(
            "s_client", "-connect", $"127.0.0.1:{port}", "-tls1_3", "-groups", group, "-alpn", protocol,
            "-ciphersuites", "TLS_AES_256_GCM_SHA384", "-quiet", "-no_ign_eof", "-nocommands");
        await client.StandardInput.WriteAsync(said.AsMemory(), Ct);
        await client.StandardInput.FlushAsync(Ct);
        using var answer = new MemoryStream();
        await client.StandardOutput.BaseStream.CopyToAsync(answer, Ct);
        await client.WaitForExitAsync(Ct);
        return answer.ToArray();
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("openssl", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<string> ReadUntilAsync(StreamReader reader, string word)
    {
        while (await reader.ReadLineAsync(Ct) is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal))
            {
                return line;
            }
        }

        return string.Empty;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
