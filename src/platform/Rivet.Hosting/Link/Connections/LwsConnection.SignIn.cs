using System.Buffers;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>From the end of the TLS handshake to the welcome (docs/protocol/lws.md §5).</summary>
internal sealed partial class LwsConnection
{
    private ReadOnlySequence<byte> early;

    private string Somewhere => transport.Remote?.ToString() ?? "somewhere";

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
            server.Admission.Leave(transport.Remote);
        }
    }

    private async ValueTask<SignedInDevice?> SignInAsync()
    {
        if (await ReadMessageAsync(FrameType.Initiate) is not { } initiate || !await IsPaidAsync(initiate))
        {
            return null;
        }

        if (await server.Identity.GetStaticAsync(Gone) is not { } own)
        {
            return await RefuseAsync(CloseReason.ShuttingDown, "unavailable");
        }

        var bindings = transport.Bindings();
        var terms = new ServerTerms
        {
            Keys = await server.Identity.GetKeysAsync(Gone),
            Static = own,
            Bindings = bindings,
            TakesUnbound = bindings is null,
            FindTicket = server.Tickets.Find,
        };
        var answer = await new AwaitingInitiate(terms, server.Primitives).AnswerAsync(initiate, Gone);
        if (!answer.TryGet(out var responded, out var refusal))
        {
            return await RefuseAsync(refusal);
        }

        using (responded)
        {
            await SendClearAsync(FrameType.Respond, responded.Respond);
            var finish = responded.AwaitsFinish ? await ReadMessageAsync(FrameType.Finish) : [];
            if (finish is null)
            {
                return null;
            }

            var finished = await responded.FinishAsync(finish, Gone);
            if (!finished.TryGet(out var link, out refusal))
            {
                return await RefuseAsync(refusal);
            }

            records = link.Records;
            binding = link.Terms.Binding;
            return await ReadReadyAsync() ? await AskRegisterAsync(link) : null;
        }
    }

    /// <summary>Under load nothing is computed for a client before it computed something itself.</summary>
    private async ValueTask<bool> IsPaidAsync(byte[] initiate)
    {
        if (puzzleBits == 0)
        {
            return true;
        }

        var puzzle = Puzzles.Make(puzzleBits);
        server.Meters.Puzzled();
        await SendClearAsync(FrameType.Puzzle, puzzle.ToByteArray());
        if (await ReadMessageAsync(FrameType.Solution) is not { } solution)
        {
            return false;
        }

        if (Puzzles.IsSolved(puzzle, initiate, solution))
        {
            return true;
        }

        await RefuseAsync(AgreementRefusal.Unproven);
        return false;
    }

    /// <summary>
    /// Nothing is acted on before a record opens that begins with ready: only the device itself can have made it. What else
    /// is in it waits for the welcome.
    /// </summary>
    private async ValueTask<bool> ReadReadyAsync()
    {
        while (true)
        {
            var read = await input.ReadAsync(Gone);
            if (phase == Phase.Closing)
            {
                input.AdvanceTo(read.Buffer.Start);
                return false;
            }

            var rest = read.Buffer;
            var status = RecordOpener.Find(rest, out var size);
            var frames = status == RecordStatus.Complete ? await OpenAsync(rest, size) : null;
            if (status == RecordStatus.Complete)
            {
                rest = rest.Slice(RecordLimits.Overhead + (long)size);
            }

            input.AdvanceTo(rest.Start, status == RecordStatus.Incomplete ? read.Buffer.End : rest.Start);
            if (frames is { } plaintext)
            {
                if (RecordFrames.TryRead(ref plaintext, out var frame) == FrameStatus.Complete && frame.Type == FrameType.Ready)
                {
                    early = plaintext;
                    return true;
                }

                await RefuseAsync(AgreementRefusal.Malformed);
                return false;
            }

            if (status != RecordStatus.Incomplete)
            {
                await RefuseAsync(AgreementRefusal.Unproven);
                return false;
            }

            if (read.IsCompleted)
            {
                return false;
            }
        }
    }

    private async ValueTask<SignedInDevice?> AskRegisterAsync(ServerLink link)
    {
        if (!link.Ticket.IsEmpty && !server.Tickets.TryUse(link.Ticket))
        {
            return await RefuseAsync(AgreementRefusal.Unproven); // Another link was quicker with it.
        }

        var device = link.Join is null
            ? await server.Devices.SignInAsync(link.Keys, Origin, Gone)
            : await server.Devices.JoinAsync(link.Keys, link.Join, Origin, Gone);
        if (device is null)
        {
            return await RefuseAsync(CloseReason.Refused, "unknown");
        }

        keys = link.Keys;
        return device;
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
            Binding = binding,
        };
        if (queue.Add(FrameType.Welcome, Method.None, 0, welcome) != FrameQueue.Queued.MustSend)
        {
            return false; // It was closed meanwhile, and who closed it sends.
        }

        welcomed = true;
        server.Meters.Opened(binding);
        var follows = await FollowAsync();
        if (follows)
        {
            if (server.Tickets.Give(Subject.Device, keys!) is { } ticket)
            {
                queue.Add(FrameType.Push, Method.Ticket, 0, ticket);
            }

            Volatile.Write(ref since, server.Time.GetTimestamp());
            Interlocked.CompareExchange(ref phase, Phase.Open, Phase.HalfOpen);
        }
        else
        {
            queue.DropUnsent();
            End(CloseReason.Refused);
        }

        keys = null;
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

    /// <summary>The body of the next frame in clear, which must be of the type; else refuses and gives null.</summary>
    private async ValueTask<byte[]?> ReadMessageAsync(FrameType expected)
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
            var body = status == FrameStatus.Complete && type == expected ? frame.Body.ToArray() : null;
            input.AdvanceTo(rest.Start, status == FrameStatus.Incomplete ? read.Buffer.End : rest.Start);
            if (body is not null)
            {
                return body;
            }

            if (status == FrameStatus.Incomplete && !read.IsCompleted)
            {
                continue;
            }

            if (status != FrameStatus.Incomplete && type != FrameType.Close)
            {
                await RefuseAsync(AgreementRefusal.Malformed);
            }

            return null;
        }
    }

    /// <summary>Refuses who did not keep to the handshake, and reports it: it may be an attack.</summary>
    private ValueTask<SignedInDevice?> RefuseAsync(AgreementRefusal refusal)
    {
        var (reason, why) = refusal switch
        {
            AgreementRefusal.Version => (CloseReason.Version, "version"),
            AgreementRefusal.Malformed => (CloseReason.ProtocolError, "malformed"),
            _ => (CloseReason.Refused, "unproven"),
        };
        if (reason != CloseReason.Version)
        {
            server.Report(default, why, Origin);
        }

        return RefuseAsync(reason, why);
    }

    private async ValueTask<SignedInDevice?> RefuseAsync(CloseReason reason, string why)
    {
        server.Meters.Refused(why);
        Log.SignInRefused(server.Logger, Somewhere, why);
        if (End(reason))
        {
            await SendAsync();
        }

        return null;
    }

    private async ValueTask SendClearAsync(FrameType type, ReadOnlyMemory<byte> body)
    {
        var frame = new ArrayBufferWriter<byte>(LwsConstants.HeaderSize + body.Length);
        FrameWriter.Write(frame, type, Method.None, 0, body.Span);
        if (queue.Add(frame.WrittenMemory, int.MaxValue) == FrameQueue.Queued.MustSend)
        {
            await SendAsync();
        }
    }
}
