using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Google.Protobuf;
using Rivet.Client.Link.Recording;
using Rivet.Cryptography.Sodium;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Client.Link;

/// <summary>Dials a server and signs in: TCP, TLS, then the handshake of docs/protocol/lws.md.</summary>
internal sealed class LinkDialer(
    LinkTarget target, DeviceKeys keys, Join? join, ServerMemory memory, TimeProvider time, LinkRecorder? recorder = null)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    public static readonly SslApplicationProtocol Lws = new(Encoding.ASCII.GetBytes(LwsConstants.Alpn));

    /// <summary>
    /// A server that refuses who used a ticket or its static key may have forgotten the one or changed the other: then once more,
    /// as at first contact, which proves more and not less.
    /// </summary>
    public async Task<Result<Dialled, LinkRefusal>> DialAsync(CancellationToken ct)
    {
        // A code is shown only to a server that proved itself.
        var (ticket, known) = join is null ? (memory.TakeTicket(time), memory.ServerStatic) : default;
        var dialled = await DialOnceAsync(ticket, known, ct);
        if ((ticket is null && known.IsEmpty) || dialled.IsOk || dialled.Refusal is not (LinkRefusal.Refused or LinkRefusal.WrongServerKey))
        {
            return dialled;
        }

        memory.Forget();
        return await DialOnceAsync(null, default, ct);
    }

    private async Task<Result<Dialled, LinkRefusal>> DialOnceAsync(ClientTicket? ticket, ReadOnlyMemory<byte> known, CancellationToken ct)
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
                : await SignInAsync(tls, ticket, known, either.Token);
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
    /// this channel, which also holds where certificates lie and clocks are wrong (docs/protocol/lws.md §2.1).
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

    private async Task<Result<Dialled, LinkRefusal>> SignInAsync(
        SslStream tls, ClientTicket? ticket, ReadOnlyMemory<byte> known, CancellationToken ct)
    {
        var input = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: 32 * 1024, minimumReadSize: 4 * 1024, leaveOpen: true));
        var agreed = await AgreeAsync(tls, input, Terms(tls, ticket, known), ct);
        if (!agreed.TryGet(out var link, out var why))
        {
            return why;
        }

        memory.Learn(link.ServerStatic, link.HighestVersion);
        if (!link.Finish.IsEmpty)
        {
            await SayAsync(tls, FrameType.Finish, link.Finish, ct);
        }

        recorder?.Agreed(link.Terms.Cipher);
        var line = new RecordLine(tls, input, link.Records, recorder);
        await line.WriteAsync(FrameWriter.ToArray(FrameType.Ready, Method.None, 0, null), ct);
        var read = await line.ReadAsync(ct);
        if (read == RecordRead.Ended)
        {
            return LinkRefusal.Unavailable;
        }

        if (read == RecordRead.Clear)
        {
            return (await ReadAsync(input, FrameType.Close, ct)).TryGet(out var close, out var broken) ? Why(close) : broken;
        }

        return read == RecordRead.Broken || line.TryTake(out var frame) != FrameStatus.Complete ? LinkRefusal.ProtocolError
            : frame.Type == FrameType.Close ? Why(frame.Body.ToArray())
            : frame.Type == FrameType.Welcome && Welcomes.TryRead(frame.Body.ToArray()) is { } welcome ? new Dialled(line, welcome, link.Terms)
            : LinkRefusal.ProtocolError;
    }

    /// <summary>The handshake of docs/protocol/lws.md, up to the keys.</summary>
    private async Task<Result<ClientLink, LinkRefusal>> AgreeAsync(SslStream tls, PipeReader input, ClientTerms terms, CancellationToken ct)
    {
        var begun = await Initiation.StartAsync(terms, Primitives(), ct);
        if (!begun.TryGet(out var initiation, out _))
        {
            return LinkRefusal.Unavailable;
        }

        await SayAsync(tls, FrameType.Initiate, initiation.Initiate, ct);
        var respond = await ReadRespondAsync(tls, input, initiation.Initiate, ct);
        if (!respond.TryGet(out var body, out var why))
        {
            initiation.Dispose();
            return why;
        }

        recorder?.Clear(fromServer: true, FrameType.Respond, body);
        var accepted = await initiation.AcceptAsync(body, ct);
        if (accepted.TryGet(out var link, out var refusal))
        {
            return link;
        }

        await SayAsync(tls, FrameType.Close, new Close { Reason = CloseReason.Refused }.ToByteArray(), ct);
        return refusal switch
        {
            AgreementRefusal.Downgraded => LinkRefusal.VersionMismatch,
            AgreementRefusal.Unavailable => LinkRefusal.Unavailable,
            _ => LinkRefusal.WrongServerKey,
        };
    }

    /// <summary>The server's answer to the initiate; under load the server wants a puzzle solved first.</summary>
    public static async Task<Result<byte[], LinkRefusal>> ReadRespondAsync(
        SslStream tls, PipeReader input, ReadOnlyMemory<byte> initiate, CancellationToken ct)
    {
        var answer = await ReadAsync(input, FrameType.Respond, ct, or: FrameType.Puzzle);
        if (!answer.TryGet(out var said, out var why))
        {
            return why;
        }

        if (said.Type == FrameType.Respond)
        {
            return said.Body;
        }

        // Away from the caller's thread: it takes up to a second.
        if (await Task.Run(() => Puzzles.Solve(said.Body, initiate.Span, ct), ct) is not { } solution)
        {
            return LinkRefusal.ProtocolError;
        }

        await SendAsync(tls, FrameType.Solution, solution.ToByteArray(), ct);
        return await ReadAsync(input, FrameType.Respond, ct);
    }

    private ClientTerms Terms(SslStream tls, ClientTicket? ticket, ReadOnlyMemory<byte> known)
    {
        var statement = new DeviceStatement { Keys = Bundle() };
        if (join is null)
        {
            statement.SignIn = new SignIn();
        }
        else
        {
            statement.Join = join;
        }

        return new ClientTerms
        {
            ServerIdentity = target.ServerKey,
            ServerStatic = known,
            Ticket = ticket,
            HighestVersion = memory.HighestVersion,
            Static = keys.Static,
            Statement = statement,
            Bindings = new ChannelBindings(
                TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls)),
        };
    }

    private LinkPrimitives Primitives() => recorder is null
        ? LinkCryptography.Primitives
        : LinkCryptography.Primitives with { Aeads = recorder.Watch(LinkCryptography.Primitives.Aeads) };

    private Task SayAsync(SslStream tls, FrameType type, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        recorder?.Clear(fromServer: false, type, body.Span);
        return SendAsync(tls, type, body, ct);
    }

    private KeyBundle Bundle() => StaticKeys.Bundle(
        keys.Identity.PublicKey.Span, keys.Static.PublicKey.Span, keys.Identity.Sign(StaticKeys.ToSign(keys.Static.PublicKey.Span)));

    public static async Task SendAsync(SslStream tls, FrameType type, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        var frame = new ArrayBufferWriter<byte>(LwsConstants.HeaderSize + body.Length);
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        await tls.WriteAsync(frame.WrittenMemory, ct);
    }

    private static async Task<Result<byte[], LinkRefusal>> ReadAsync(PipeReader input, FrameType expected, CancellationToken ct)
        => (await ReadAsync(input, expected, ct, or: expected)).TryGet(out var said, out var why) ? said.Body : why;

    private static async Task<Result<(FrameType Type, byte[] Body), LinkRefusal>> ReadAsync(
        PipeReader input, FrameType expected, CancellationToken ct, FrameType or)
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
                : type == expected || type == or ? (type, body)
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
internal sealed record Dialled(RecordLine Line, Welcome Welcome, AgreedTerms Terms);
