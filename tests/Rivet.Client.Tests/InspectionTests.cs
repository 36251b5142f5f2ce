using System.Net.Security;
using System.Net.Sockets;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Rivet.Client.Native.Tls;

namespace Rivet.Client.Tests;

/// <summary>What the inspection says about things that are no Rivet server. Against the real one: Rivet.Scenarios.Tests.</summary>
public sealed class InspectionTests : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate = Certificate();

    public InspectionTests() => listener.Start();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        listener.Dispose();
        certificate.Dispose();
    }

    [Fact]
    public async Task Inspect_ClosedPort_IsUnreachable()
    {
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        Assert.Equal(InspectionRefusal.Unreachable, (await LinkInspection.LookAsync("127.0.0.1", port, TimeProvider.System, Ct)).Refusal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("220 mail.example.org ready\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    public async Task Inspect_PlainTcp_SaysSo(string greeting)
        => Assert.Equal(InspectionRefusal.NoTls, await LookAsync(async stream => await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting), Ct)));

    [Theory]
    [InlineData("http/1.1")]
    [InlineData(null)]
    public async Task Inspect_TlsWithoutLws_IsWrongAlpn(string? alpn)
        => Assert.Equal(InspectionRefusal.WrongAlpn, await LookAsync(stream => ServeAsync(stream, SslProtocols.Tls13, alpn, [])));

    [Fact]
    public async Task Inspect_OldTls_IsTlsRefused()
        => Assert.Equal(InspectionRefusal.TlsRefused, await LookAsync(stream => ServeAsync(stream, SslProtocols.Tls12, "lws/1", [])));

    [Theory]
    [InlineData("0000000806000000000000010a026869", InspectionRefusal.NotRivet)]
    [InlineData("7fffffff", InspectionRefusal.NotRivet)]
    [InlineData("000000080200000000000000", InspectionRefusal.NotRivet)]
    [InlineData("0000000b02000000000000000a0108", InspectionRefusal.NotRivet)]
    [InlineData("0000000a0b000000000000000808", InspectionRefusal.VersionMismatch)]
    [InlineData("0000000a0b000000000000000802", InspectionRefusal.Silent)]
    [InlineData("0000000a", InspectionRefusal.Silent)]
    [InlineData("", InspectionRefusal.Silent)]
    public async Task Inspect_LwsThatAnswersOtherwise_SaysSo(string answer, InspectionRefusal expected)
        => Assert.Equal(expected, await LookAsync(stream => ServeAsync(stream, SslProtocols.Tls13, "lws/1", Convert.FromHexString(answer))));

    private async Task<InspectionRefusal> LookAsync(Func<NetworkStream, Task> serve)
    {
        var looking = LinkInspection.LookAsync("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, TimeProvider.System, Ct);
        using (var socket = await listener.AcceptSocketAsync(Ct))
        {
            await using var stream = new NetworkStream(socket);
            await serve(stream);
            socket.Shutdown(SocketShutdown.Send);

            // The rest of what the client says is read before the socket goes, or it would be reset under its answer.
            try
            {
                await stream.CopyToAsync(Stream.Null, Ct);
            }
            catch (IOException)
            {
                // It went first.
            }
        }

        return (await looking).Refusal;
    }

    private async Task ServeAsync(NetworkStream stream, SslProtocols protocol, string? alpn, byte[] answer)
    {
        try
        {
            await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    EnabledSslProtocols = protocol,
                    ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
                },
                Ct);
            await tls.WriteAsync(answer, Ct);
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            // What the client makes of it is the test.
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=no rivet", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
