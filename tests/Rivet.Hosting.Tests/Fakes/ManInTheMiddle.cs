using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Rivet.Hosting.Tests.Fakes;

/// <summary>Ends TLS with a certificate of its own and passes every byte on, both ways.</summary>
internal sealed class ManInTheMiddle : IAsyncDisposable
{
    private static readonly SslApplicationProtocol Lws = new("lws/1");
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task running;

    public ManInTheMiddle(int serverPort, X509Certificate2 certificate)
    {
        listener.Start();
        running = RunAsync(serverPort, certificate);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await running;
    }

    private async Task RunAsync(int serverPort, X509Certificate2 certificate)
    {
        try
        {
            using var victim = await listener.AcceptTcpClientAsync();
            await using var toVictim = new SslStream(victim.GetStream());
            await toVictim.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [Lws],
            });
            using var upstream = await RawLink.DialAsync(serverPort);
            await Task.WhenAny(toVictim.CopyToAsync(upstream.Tls), upstream.Tls.CopyToAsync(toVictim));
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }
}
