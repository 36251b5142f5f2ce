using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Cryptography.Sodium;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Client.Link;

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
            await tls.AuthenticateAsClientAsync(LinkDialer.TlsOptions(host), either.Token);
            return tls.NegotiatedApplicationProtocol != LinkDialer.Lws ? InspectionRefusal.WrongAlpn
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

    /// <summary>The one place that knows the handshake: a hello, and what the server's answer says and proves.</summary>
    private static async Task<Result<InspectedLink, InspectionRefusal>> AskAsync(SslStream tls, CancellationToken ct)
    {
        var input = PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true));
        var (exporter, endPoint) = (TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls));
        var awaiting = AwaitingChallenge.Start(new ChannelBindings(exporter, endPoint), RandomNumberGenerator.GetBytes(LwsConstants.NonceSize));
        await LinkDialer.SendAsync(tls, FrameType.Hello, awaiting.Hello, ct);
        var answer = await LinkDialer.ReadAsync(input, FrameType.Challenge, ct);
        if (!answer.TryGet(out var challenge, out var why))
        {
            return why switch
            {
                LinkRefusal.Unavailable => InspectionRefusal.Silent,
                LinkRefusal.VersionMismatch => InspectionRefusal.VersionMismatch,
                _ => InspectionRefusal.NotRivet,
            };
        }

        if (Offer(challenge) is not { Keys: not null } offer)
        {
            return InspectionRefusal.NotRivet;
        }

        // It names its key itself; what is proven is that it holds that key and signed over this channel with it.
        var judged = await awaiting.AcceptAsync(challenge, offer.Keys.IdentityKey.Memory, new Ed25519Verifier(), ct);
        await LinkDialer.SendAsync(tls, FrameType.Close, new Close { Reason = CloseReason.Goodbye }.ToByteArray(), ct);
        return InspectedLink.Of(tls, exporter is not null, endPoint is not null) with
        {
            IdentityKey = offer.Keys.IdentityKey.Memory,
            StaticKey = offer.Keys.StaticKey.Memory,
            IsProven = judged.IsOk,
            Versions = [.. offer.Versions],
            Features = [.. offer.Features],
        };
    }

    private static ServerOffer? Offer(byte[] challenge)
    {
        try
        {
            return ServerOffer.Parser.ParseFrom(Challenge.Parser.ParseFrom(challenge).Offer);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
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
