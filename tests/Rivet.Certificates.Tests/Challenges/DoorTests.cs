using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Certificates.Challenges;
using Rivet.Certificates.Tests.Fakes;
using Rivet.Hosting.Link;

namespace Rivet.Certificates.Tests.Challenges;

/// <summary>What the world can see while a name is being proven, and that it sees nothing else and nothing afterwards.</summary>
public sealed class DoorTests
{
    private const string Token = "0123456789abcdefghijkl";
    private const string Name = "chat.example.org";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HttpDoor_WhileOpen_AnswersItsTokenAndNothingElse()
    {
        var port = FreePort();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await using (var door = new HttpDoor(IPAddress.Loopback, port))
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/", Ct));
            Assert.Null(await door.ShowAsync(Name, Token, "the answer", Ct));

            Assert.Equal("the answer", await http.GetStringAsync($"/.well-known/acme-challenge/{Token}", Ct));
            foreach (var path in (string[])["/", "/health", "/metrics", "/.well-known/acme-challenge/", $"/.well-known/acme-challenge/{Token}/", $"/.well-known/acme-challenge/{Token}x", $"/x/../{Token}"])
            {
                using var other = await http.GetAsync(path, Ct);
                Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
                Assert.Empty(await other.Content.ReadAsByteArrayAsync(Ct));
                Assert.False(other.Headers.Contains("Server"));
            }

            using var posted = await http.PostAsync($"/.well-known/acme-challenge/{Token}", null, Ct);
            Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync($"/.well-known/acme-challenge/{Token}", Ct));
    }

    [Fact]
    public async Task HttpDoor_PortThatIsTaken_SaysSo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var door = new HttpDoor(IPAddress.Loopback, ((IPEndPoint)taken.LocalEndpoint).Port);

        Assert.Equal("acme.port", (await door.ShowAsync(Name, Token, "x", Ct))?.Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public async Task TlsAlpnDoor_HelloInSoManyRecords_ShowsTheProof(int records)
    {
        await using var port = await ListeningPort.StartAsync();
        await using var door = new TlsAlpnDoor(port.Alpn, TimeProvider.System);
        await door.ShowAsync(Name, Token, "the answer", Ct);

        var shown = await port.ConnectAsync(Name, records, TlsAlpnPort.Acme);

        var proof = shown.Extensions.Single(extension => extension.Oid?.Value == ChallengeCertificate.IdentifierOid);
        Assert.True(proof.Critical);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData("the answer"u8), proof.RawData[2..]);
        Assert.Equal([Name], shown.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
    }

    /// <summary>Nobody who does not ask for it, or asks for another name, or offers something beside it.</summary>
    [Theory]
    [InlineData(Name, "h2")]
    [InlineData(Name, "h2", "acme-tls/1")]
    [InlineData("other.example.org", "h2")]
    public async Task TlsAlpnDoor_AnOrdinaryClient_SeesTheServersCertificate(string name, params string[] protocols)
    {
        await using var port = await ListeningPort.StartAsync();
        await using var door = new TlsAlpnDoor(port.Alpn, TimeProvider.System);
        await door.ShowAsync(Name, Token, "the answer", Ct);

        var shown = await port.ConnectAsync(name, 1, [.. protocols.Select(protocol => new SslApplicationProtocol(protocol))]);

        Assert.Equal(port.Certificate.Thumbprint, shown.Thumbprint);
    }

    [Fact]
    public async Task TlsAlpnDoor_AnotherName_IsRefused()
    {
        await using var port = await ListeningPort.StartAsync();
        await using var door = new TlsAlpnDoor(port.Alpn, TimeProvider.System);
        await door.ShowAsync(Name, Token, "the answer", Ct);

        await Assert.ThrowsAnyAsync<Exception>(() => port.ConnectAsync("other.example.org", 1, TlsAlpnPort.Acme));
    }

    [Fact]
    public async Task TlsAlpnDoor_BeforeAndAfter_IsRefused()
    {
        await using var port = await ListeningPort.StartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => port.ConnectAsync(Name, 1, TlsAlpnPort.Acme));

        await using (var door = new TlsAlpnDoor(port.Alpn, TimeProvider.System))
        {
            await door.ShowAsync(Name, Token, "the answer", Ct);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => port.ConnectAsync(Name, 1, TlsAlpnPort.Acme));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The product's own TLS port, with the look ahead of it.</summary>
    private sealed class ListeningPort : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly int number;

        private ListeningPort(WebApplication app, TlsAlpnPort alpn, X509Certificate2 certificate)
        {
            this.app = app;
            Alpn = alpn;
            Certificate = certificate;
            number = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        }

        public TlsAlpnPort Alpn { get; }

        public X509Certificate2 Certificate { get; }

        public static async Task<ListeningPort> StartAsync()
        {
            var alpn = new TlsAlpnPort(TimeProvider.System);
            var context = ChallengeCertificate.Create("the server itself", "", DateTimeOffset.UtcNow);
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddOptions<LinkOptions>();
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
                .ConfigureKestrel(kestrel => kestrel.ListenRivet(new IPEndPoint(IPAddress.Loopback, 0), _ => context, alpn.Ahead));
            var app = builder.Build();
            await app.StartAsync(Ct);
            return new ListeningPort(app, alpn, context.TargetCertificate);
        }

        /// <summary>What the client is shown when its hello comes in so many records.</summary>
        public async Task<X509Certificate2> ConnectAsync(string name, int records, params SslApplicationProtocol[] protocols)
        {
            using var socket = new TcpClient { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, number, Ct);
            await using var tls = new SslStream(new Fragmenting(socket.GetStream(), records), leaveInnerStreamOpen: false, (_, _, _, _) => true);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = [.. protocols] }, Ct);
            Assert.Equal(protocols[0], tls.NegotiatedApplicationProtocol);
            return new X509Certificate2(tls.RemoteCertificate!);
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync(Ct);
            await app.DisposeAsync();
        }
    }
}
