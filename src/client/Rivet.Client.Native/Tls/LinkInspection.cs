using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;
using Rivet.Cryptography.Sodium;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Link.Dialling;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Agreement;
using Rivet.Wire;

namespace Rivet.Client.Native.Tls;

/// <summary>
/// Looks at a server without being a device: connects as devices do, notes what TLS negotiated, lets the server prove its
/// identity over this very channel, and closes. No key is shown and none is needed.
/// </summary>
public static class LinkInspection
{
    private const byte NoApplicationProtocol = 120; // RFC 7301 §3.2

    /// <summary>Looks at what listens there; takes at most 20 s.</summary>
    /// <param name="host">Host name or address.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="time">The clock of the time limit.</param>
    /// <param name="ct">Ends the attempt by an exception.</param>
    public static async Task<Result<InspectedLink, InspectionRefusal>> LookAsync(string host, int port, TimeProvider time, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(time);
        using var limit = new CancellationTokenSource(LinkDialer.Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        FirstRecord? first = null;
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(host, port), either.Token);
            first = new FirstRecord(new NetworkStream(socket));
            tls = new SslStream(first);
            await tls.AuthenticateAsClientAsync(TlsWire.Options(host), either.Token);
            return tls.NegotiatedApplicationProtocol != TlsWire.Lws ? InspectionRefusal.WrongAlpn
                : TlsChannel.Group(tls) is { } group && !TlsChannel.IsAllowed(group) ? InspectionRefusal.TlsRefused
                : await AskAsync(tls, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Why(first, tls);
        }
        catch (Exception broken) when (broken is SocketException or AuthenticationException or IOException)
        {
            return Why(first, tls);
        }
        finally
        {
            if (tls is not null)
            {
                await tls.DisposeAsync();
            }
        }
    }

    /// <summary>How far it came says what is wrong.</summary>
    private static InspectionRefusal Why(FirstRecord? first, SslStream? tls)
        => first is null ? InspectionRefusal.Unreachable
            : tls is { IsAuthenticated: true } ? InspectionRefusal.Silent
            : first.Alert is NoApplicationProtocol ? InspectionRefusal.WrongAlpn
            : first.IsTls ? InspectionRefusal.TlsRefused
            : InspectionRefusal.NoTls;

    /// <summary>The one place that knows the handshake: first contact by nobody in particular, up to what the server says and proves.</summary>
    private static async Task<Result<InspectedLink, InspectionRefusal>> AskAsync(SslStream tls, CancellationToken ct)
    {
        var line = new HandshakeLine(tls);
        var (exporter, endPoint) = (TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls));
        using var nobody = X25519Key.Create();
        var terms = new ClientTerms
        {
            ServerIdentity = default,
            Static = nobody,
            Statement = new DeviceStatement(),
            Bindings = new ChannelBindings(exporter, endPoint),
        };
        using var initiation = (await Initiation.StartAsync(terms, LinkCryptography.Primitives, ct)).Value;
        await line.SendAsync(FrameType.Initiate, initiation.Initiate, ct);
        var answer = await line.ReadRespondAsync(initiation.Initiate, ct);
        if (!answer.TryGet(out var respond, out var why))
        {
            return why switch
            {
                LinkRefusal.Unavailable => InspectionRefusal.Silent,
                LinkRefusal.VersionMismatch => InspectionRefusal.VersionMismatch,
                _ => InspectionRefusal.NotRivet,
            };
        }

        // It names its key itself; what is proven is that it holds that key, over this channel.
        var said = await initiation.LookAsync(respond, ct);
        await line.SendAsync(FrameType.Close, new Close { Reason = CloseReason.Goodbye }.ToByteArray(), ct);
        var seen = InspectedLink.Of(tls, exporter is not null, endPoint is not null);
        return said is null ? seen : seen with
        {
            IdentityKey = said.Keys.IdentityKey.Memory,
            StaticKey = said.Keys.StaticKey.Memory,
            IsProven = true,
            Versions = [.. said.Versions],
            Features = [.. said.Features],
        };
    }
}

/// <summary>Why there was nothing to inspect.</summary>
public enum InspectionRefusal
{
    /// <summary>Not a refusal.</summary>
    None = 0,

    /// <summary>Nothing answers at that address.</summary>
    Unreachable = 1,

    /// <summary>Something answers, but not with TLS.</summary>
    NoTls = 2,

    /// <summary>TLS without <c>lws/1</c>: a web server, or another service.</summary>
    WrongAlpn = 3,

    /// <summary>No TLS 1.3 with one of the two suites and X25519 came about.</summary>
    TlsRefused = 4,

    /// <summary>It agreed to <c>lws/1</c> and then broke the protocol.</summary>
    NotRivet = 5,

    /// <summary>It agreed to <c>lws/1</c> and then did not answer: it is full, stopping, or no Rivet server.</summary>
    Silent = 6,

    /// <summary>A Rivet server without a common version.</summary>
    VersionMismatch = 7,
}
