using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Rivet.Cryptography.Sodium;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Client.Link;

/// <summary>Dials a server and signs in: TCP, TLS, then the handshake of docs/protocol/lws.md §4–5.</summary>
internal sealed class LinkDialer(LinkTarget target, DeviceKeys keys, Join? join, TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    public static readonly SslApplicationProtocol Lws = new(Encoding.ASCII.GetBytes(LwsConstants.Alpn));

    public async Task<Result<Dialled, LinkRefusal>> DialAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        var kept = false;
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(target.Host, target.Port), either.Token);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(TlsOptions(target.Host), either.Token);
            var signedIn = tls.NegotiatedApplicationProtocol != Lws || (TlsChannel.Group(tls) is { } group && !TlsChannel.IsAllowed(group))
                ? LinkRefusal.TlsRefused
                : await SignInAsync(tls, either.Token);
            kept = signedIn.IsOk;
            return signedIn;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return LinkRefusal.Unreachable;
        }
        catch (AuthenticationException)
        {
            return LinkRefusal.TlsRefused;
        }
        catch (SocketException)
        {
            return LinkRefusal.Unreachable;
        }
        catch (IOException)
        {
            return tls is { IsAuthenticated: true } ? LinkRefusal.Unavailable : LinkRefusal.TlsRefused;
        }
        finally
        {
            if (!kept)
            {
                tls?.Dispose();
                socket.Dispose();
            }
        }
    }

    /// <summary>
    /// TLS 1.3 with the two suites. The certificate is not judged: what proves the server is its pinned identity key over
    /// this channel, which also holds where certificates lie and clocks are wrong (docs/protocol/lws.md §1).
    /// </summary>
    public static SslClientAuthenticationOptions TlsOptions(string host) => new()
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

    private async Task<Result<Dialled, LinkRefusal>> SignInAsync(SslStream tls, CancellationToken ct)
    {
        var input = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 32 * 1024, minimumReadSize: 4 * 1024, leaveOpen: true));
        var bindings = new ChannelBindings(
            TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls));
        var awaiting = AwaitingChallenge.Start(bindings, RandomNumberGenerator.GetBytes(LwsConstants.NonceSize));
        await SendAsync(tls, FrameType.Hello, awaiting.Hello, ct);

        var challenge = await ReadAsync(input, FrameType.Challenge, ct);
        if (!challenge.TryGet(out var body, out var why))
        {
            return why;
        }

        var judged = await awaiting.AcceptAsync(body, target.ServerKey, new Ed25519Verifier(), ct);
        if (!judged.TryGet(out var server, out var refusal))
        {
            await SendAsync(tls, FrameType.Close, new Close { Reason = CloseReason.Refused }.ToByteArray(), ct);
            return refusal == HandshakeRefusal.Malformed ? LinkRefusal.ProtocolError : LinkRefusal.WrongServerKey;
        }

        var proven = await server.ProveAsync(Bundle(), join, keys.Identity, ct);
        if (!proven.TryGet(out var proof, out _))
        {
            return LinkRefusal.Unavailable;
        }

        await SendAsync(tls, FrameType.Proof, proof.Proof, ct);
        var answer = await ReadAsync(input, FrameType.Welcome, ct);
        return !answer.TryGet(out body, out why) ? why
            : AwaitingWelcome.Accept(body) is { } welcome ? new Dialled(tls, input, welcome)
            : LinkRefusal.ProtocolError;
    }

    private KeyBundle Bundle() => new()
    {
        IdentityKey = ByteString.CopyFrom(keys.Identity.PublicKey.Span),
        StaticKey = ByteString.CopyFrom(keys.Static.PublicKey.Span),
        StaticSignature = ByteString.CopyFrom(keys.Identity.Sign(SignedMessages.StaticKey(keys.Static.PublicKey.Span))),
    };

    public static async Task SendAsync(SslStream tls, FrameType type, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        var frame = new ArrayBufferWriter<byte>(LwsConstants.HeaderSize + body.Length);
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        await tls.WriteAsync(frame.WrittenMemory, ct);
    }

    public static async Task<Result<byte[], LinkRefusal>> ReadAsync(PipeReader input, FrameType expected, CancellationToken ct)
    {
        while (true)
        {
            var read = await input.ReadAsync(ct);
            var rest = read.Buffer;
            var status = FrameReader.TryRead(ref rest, LwsConstants.MaxHandshakeFrame, out var frame);
            var (type, body) = (frame.Type, status == FrameStatus.Complete ? frame.Body.ToArray() : []);
            input.AdvanceTo(rest.Start, status == FrameStatus.Incomplete ? read.Buffer.End : rest.Start);
            if (status == FrameStatus.Incomplete)
            {
                if (read.IsCompleted)
                {
                    return LinkRefusal.Unavailable;
                }

                continue;
            }

            return status != FrameStatus.Complete ? LinkRefusal.ProtocolError
                : type == expected ? body
                : type == FrameType.Close ? Why(body)
                : LinkRefusal.ProtocolError;
        }
    }

    private static LinkRefusal Why(byte[] body) => LinkClose.Read(new ReadOnlySequence<byte>(body)) switch
    {
        CloseReason.Refused or CloseReason.SignedOut => LinkRefusal.Refused,
        CloseReason.Version => LinkRefusal.VersionMismatch,
        CloseReason.ShuttingDown or CloseReason.Idle => LinkRefusal.Unavailable,
        _ => LinkRefusal.ProtocolError,
    };
}

/// <summary>A signed-in connection, not yet read from behind its welcome.</summary>
internal sealed record Dialled(SslStream Tls, PipeReader Input, Welcome Welcome);
