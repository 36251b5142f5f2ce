using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Link.Dialling;
using Rivet.Lws;
using Rivet.Lws.Agreement;

namespace Rivet.Client.Native.Tls;

/// <summary>LWS over TLS 1.3 (docs/protocol/lws.md §2.1): the channel is bound.</summary>
internal sealed class TlsWire : LinkWire
{
    public static readonly SslApplicationProtocol Lws = new(Encoding.ASCII.GetBytes(LwsConstants.Alpn));
    private readonly SslStream tls;

    private TlsWire(SslStream tls)
    {
        this.tls = tls;
        Bindings = TlsBindings.Of(tls);
    }

    public override Stream Stream => tls;

    public override ChannelBindings Bindings { get; }

    public static ReachServer To(LinkTarget target) => ct => ReachAsync(target, ct);

    /// <summary>
    /// TLS 1.3 with the two suites. The certificate is not judged: what proves the server is its pinned identity key over
    /// this channel, which also holds where certificates lie and clocks are wrong (docs/protocol/lws.md §2.1).
    /// </summary>
    public static SslClientAuthenticationOptions Options(string host) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Lws],
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        CipherSuitesPolicy = OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256])
            : null,
    };

    public override Task FinishAsync() => tls.ShutdownAsync();

    protected override void Dispose(bool disposing) => tls.Dispose();

    private static async Task<Result<LinkWire, LinkRefusal>> ReachAsync(LinkTarget target, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        TlsWire? wire = null;
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(target.Host, target.Port), ct);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(Options(target.Host), ct);
            if (tls.NegotiatedApplicationProtocol != Lws || (TlsChannel.Group(tls) is { } group && !TlsChannel.IsAllowed(group)))
            {
                return LinkRefusal.TlsRefused;
            }

            return wire = new TlsWire(tls);
        }
        catch (SocketException)
        {
            return LinkRefusal.Unreachable;
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return LinkRefusal.TlsRefused;
        }
        finally
        {
            if (wire is null)
            {
                tls?.Dispose();
                socket.Dispose();
            }
        }
    }
}

/// <summary>What a client can compute for its TLS connection.</summary>
internal static class TlsBindings
{
    public static ChannelBindings Of(SslStream tls) => new(
        TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls));
}
