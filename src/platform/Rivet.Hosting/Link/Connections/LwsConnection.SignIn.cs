using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Cryptography.Sodium.Tls;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Handshake;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>From the end of the TLS handshake to the welcome.</summary>
internal sealed partial class LwsConnection
{
    private string Remote => transport.RemoteEndPoint?.ToString() ?? "somewhere";

    private async ValueTask<SignedInDevice?> SignInWithinLimitAsync()
    {
        try
        {
            return await SignInAsync();
        }
        catch (Exception fault) when (fault is not (IOException or OperationCanceledException or ObjectDisposedException))
        {
            Log.SignInFailed(server.Logger, fault);
            return await RefuseAsync(CloseReason.ShuttingDown, "fault");
        }
        finally
        {
            server.LeaveHalfOpen();
        }
    }

    private async ValueTask<SignedInDevice?> SignInAsync()
    {
        if (await ReadFirstAsync() is not { } first)
        {
            return null;
        }

        return first.Type == FrameType.Initiate ? await AgreeAsync(first.Body) : await ProveAsync(first.Body);
    }

    private ChannelBindings Bindings() => new(
        TlsChannel.Export(tls, LwsConstants.ExporterLabel, LwsConstants.ExporterSize), TlsChannel.EndPoint(tls));

    /// <summary>Version 1: both sides sign over the channel.</summary>
    private async ValueTask<SignedInDevice?> ProveAsync(byte[] hello)
    {
        var (keys, signer) = await server.Identity.GetAsync(Gone);
        var nonce = RandomNumberGenerator.GetBytes(LwsConstants.NonceSize);
        var answer = await new AwaitingHello(Bindings()).AnswerAsync(hello, keys, nonce, signer, Gone);
        if (!answer.TryGet(out var awaiting, out var refusal))
        {
            return await RefuseAsync(refusal);
        }

        await SendRawAsync(FrameType.Challenge, awaiting.Challenge);
        if (await ReadMessageAsync(FrameType.Proof) is not { } proof)
        {
            return null;
        }

        var verdict = await awaiting.VerifyAsync(proof, server.Verifier, Gone);
        if (!verdict.TryGet(out var proven, out refusal))
        {
            return await RefuseAsync(refusal);
        }

        return await AskRegisterAsync(proven.Keys, proven.Join);
    }

    private async ValueTask<SignedInDevice?> AskRegisterAsync(KeyBundle keys, Join? join)
    {
        var remote = (transport.RemoteEndPoint as IPEndPoint)?.Address;
        var device = join is null
            ? await server.Devices.SignInAsync(keys, remote, Gone)
            : await server.Devices.JoinAsync(keys, join, remote, Gone);
        return device ?? await RefuseAsync(CloseReason.Refused, "unknown");
    }

    /// <summary>
    /// Queues the welcome, lets the observers in behind it, then sends. The duty to send is held meanwhile, so that
    /// pushes of an observer wait behind the welcome.
    /// </summary>
    private async ValueTask<bool> WelcomeAsync(SignedInDevice device)
    {
        Subject = device.Subject;
        var welcome = new Welcome
        {
            DeviceId = ByteString.CopyFrom(device.Subject.Device.ToBytes()),
            PersonId = ByteString.CopyFrom(device.Subject.Person.ToBytes()),
            CompanyId = ByteString.CopyFrom(device.Subject.Company.ToBytes()),
            ServerTimeMs = server.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            MaxFrame = LwsConstants.MaxFrame,
            CompanyName = device.CompanyName,
            PersonName = device.PersonName,
            Role = device.Role,
        };
        if (queue.Add(FrameType.Welcome, Method.None, 0, welcome) != FrameQueue.Queued.MustSend)
        {
            return false; // It was closed meanwhile, and who closed it sends.
        }

        welcomed = true;
        server.Meters.Opened();
        var follows = await FollowAsync();
        if (follows)
        {
            Volatile.Write(ref since, server.Time.GetTimestamp());
            Interlocked.CompareExchange(ref phase, Phase.Open, Phase.HalfOpen);
        }
        else
        {
            queue.DropUnsent();
            End(CloseReason.Refused);
        }

        await SendAsync();
        return follows && phase == Phase.Open;
    }

    private async ValueTask<bool> FollowAsync()
    {
        try
        {
            foreach (var observer in server.Observers)
            {
                followers++;
                if (!await observer.SignedInAsync(this, Gone))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !Gone.IsCancellationRequested)
        {
            Log.ObserverFailed(server.Logger, fault);
            return false;
        }
    }

    private ValueTask<(FrameType Type, byte[] Body)?> ReadFirstAsync() => ReadMessageAsync(FrameType.Initiate, FrameType.Hello);

    /// <summary>The body of the next frame, which must be of the type; else refuses and gives null.</summary>
    private async ValueTask<byte[]?> ReadMessageAsync(FrameType expected) => (await ReadMessageAsync(expected, expected))?.Body;

    private async ValueTask<(FrameType Type, byte[] Body)?> ReadMessageAsync(FrameType expected, FrameType or)
    {
        while (true)
        {
            var read = await input.ReadAsync(Gone);
            if (phase == Phase.Closing)
            {
                input.AdvanceTo(read.Buffer.Start);
                return null;
            }

            var rest = read.Buffer;
            var status = FrameReader.TryRead(ref rest, LwsConstants.MaxHandshakeFrame, out var frame);
            var type = frame.Type;
            var body = status == FrameStatus.Complete && (type == expected || type == or) ? frame.Body.ToArray() : null;
            input.AdvanceTo(rest.Start, status == FrameStatus.Incomplete ? read.Buffer.End : rest.Start);
            if (body is not null)
            {
                return (type, body);
            }

            if (status == FrameStatus.Incomplete && !read.IsCompleted)
            {
                continue;
            }

            if (status != FrameStatus.Incomplete && type != FrameType.Close)
            {
                await RefuseAsync(HandshakeRefusal.Malformed);
            }

            return null;
        }
    }

    private ValueTask<SignedInDevice?> RefuseAsync(HandshakeRefusal refusal) => refusal switch
    {
        HandshakeRefusal.Version => RefuseAsync(CloseReason.Version, "version"),
        HandshakeRefusal.Malformed => RefuseAsync(CloseReason.ProtocolError, "malformed"),
        HandshakeRefusal.Unavailable => RefuseAsync(CloseReason.ShuttingDown, "unavailable"),
        _ => RefuseAsync(CloseReason.Refused, "unproven"),
    };

    private async ValueTask<SignedInDevice?> RefuseAsync(CloseReason reason, string why)
    {
        server.Meters.Refused(why);
        Log.SignInRefused(server.Logger, Remote, why);
        if (End(reason))
        {
            await SendAsync();
        }

        return null;
    }

    private async ValueTask SendRawAsync(FrameType type, ReadOnlyMemory<byte> body)
    {
        var frame = new ArrayBufferWriter<byte>(LwsConstants.HeaderSize + body.Length);
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        if (queue.Add(frame.WrittenMemory, int.MaxValue) == FrameQueue.Queued.MustSend)
        {
            await SendAsync();
        }
    }
}
