using System.Buffers;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>From the welcome to the close.</summary>
internal sealed partial class LwsConnection
{
    private int underWay;
    private StreamTable? streams;

    /// <summary>Made when the first stream is: most connections have none.</summary>
    private StreamTable Streams => streams ??= new StreamTable(queue, queued =>
    {
        if (IsDuty(queued))
        {
            SendSoon();
        }
    });

    private bool HasRoom
        => phase == Phase.Closing
            || (Volatile.Read(ref underWay) < LwsConstants.MaxRequests && queue.Unsent < server.Options.ReadPause);

    private async ValueTask ServeAsync()
    {
        var goesOn = await ServeFramesAsync(early);
        early = default;
        while (goesOn && phase == Phase.Open)
        {
            Forget();
            var read = await input.ReadAsync();
            Volatile.Write(ref since, server.Time.GetTimestamp());
            var rest = await ServeRecordsAsync(read.Buffer);
            goesOn = rest is not null && !read.IsCompleted;
            input.AdvanceTo(rest?.Start ?? read.Buffer.Start, rest is null ? read.Buffer.Start : read.Buffer.End);
        }
    }

    /// <summary>Serves the whole records of what was received; gives what is left of it, null when the link ends.</summary>
    private async ValueTask<ReadOnlySequence<byte>?> ServeRecordsAsync(ReadOnlySequence<byte> received)
    {
        while (phase == Phase.Open)
        {
            switch (RecordOpener.Find(received, out var size))
            {
                case RecordStatus.Incomplete:
                    return received;
                case RecordStatus.Complete:
                    if (await OpenAsync(received, size) is not { } frames)
                    {
                        server.Report(Subject, "record", Origin);
                        await EndAsync(CloseReason.Refused);
                        return null;
                    }

                    if (!await ServeFramesAsync(frames))
                    {
                        return null;
                    }

                    received = received.Slice(RecordLimits.Overhead + (long)size);
                    break;
                default:
                    server.Report(Subject, "record", Origin);
                    await EndAsync(CloseReason.ProtocolError);
                    return null;
            }
        }

        return null;
    }

    /// <summary>Serves the frames of one record; false when the link ends.</summary>
    private async ValueTask<bool> ServeFramesAsync(ReadOnlySequence<byte> frames)
    {
        var mustSend = false;
        var goesOn = true;
        while (goesOn && phase == Phase.Open)
        {
            if (!HasRoom)
            {
                if (mustSend)
                {
                    mustSend = false;
                    await SendAsync();
                }

                await WaitForRoomAsync();
                continue;
            }

            var status = RecordFrames.TryRead(ref frames, out var frame);
            if (status == FrameStatus.End)
            {
                break;
            }

            goesOn = status == FrameStatus.Complete
                ? Take(frame, ref mustSend)
                : Violation(ref mustSend);
        }

        if (mustSend)
        {
            await SendAsync();
        }

        return goesOn && phase == Phase.Open;
    }

    private async ValueTask EndAsync(CloseReason reason)
    {
        if (End(reason))
        {
            await SendAsync();
        }
    }

    /// <summary>Acts on one frame; false when it was the last.</summary>
    private bool Take(in Frame frame, ref bool mustSend)
    {
        switch (frame.Type)
        {
            case FrameType.Request when order.TryAdvance(frame.Stream):
                Dispatch(frame, ref mustSend);
                return true;
            case FrameType.Ping:
                mustSend |= IsDuty(queue.Add(FrameType.Pong, Method.None, frame.Stream, null));
                return true;
            case FrameType.Pong:
                return true;
            case FrameType.Close:
                return false;
            case FrameType.Data or FrameType.End or FrameType.Stop or FrameType.Credit:
                return TakeOfStream(frame) || Violation(ref mustSend);
            default:
                return Violation(ref mustSend);
        }
    }

    private bool Violation(ref bool mustSend)
    {
        server.Report(Subject, "frame", Origin);
        mustSend |= End(CloseReason.ProtocolError);
        return false;
    }

    /// <summary>Starts a request. What completes at once is answered with the rest of what was read.</summary>
    private void Dispatch(in Frame frame, ref bool mustSend)
    {
        if (server.Endpoints.Find(frame.Method) is not { } endpoint)
        {
            mustSend |= Answer(frame.Method, frame.Stream, Refusals.UnknownMethod());
            return;
        }

        ValueTask<Result<IMessage, Refusal>> answer;
        try
        {
            answer = endpoint.IsStreaming
                ? AnswerStreamAsync(endpoint, frame)
                : endpoint.AnswerAsync(server.Access, Subject, frame.Body, null, Gone);
        }
        catch (Exception fault)
        {
            answer = ValueTask.FromException<Result<IMessage, Refusal>>(fault);
        }

        if (answer.IsCompletedSuccessfully)
        {
            mustSend |= Answer(frame.Method, frame.Stream, answer.Result);
            return;
        }

        Interlocked.Increment(ref underWay);
        _ = FinishAsync(answer, frame.Method, frame.Stream);
    }

    private async Task FinishAsync(ValueTask<Result<IMessage, Refusal>> answering, Method method, uint stream)
    {
        Result<IMessage, Refusal> answer;
        try
        {
            answer = await answering;
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            Interlocked.Decrement(ref underWay);
            return;
        }
        catch (Exception fault) when (fault is IUnavailable)
        {
            answer = Refusals.Unavailable(((IUnavailable)fault).Reason, fault.Message);
        }
        catch (Exception fault)
        {
            var incident = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
            Log.RequestFailed(server.Logger, fault, incident, method.ToString());
            answer = Refusals.Internal(incident);
        }

        var duty = Answer(method, stream, answer);
        Interlocked.Decrement(ref underWay);
        SignalRoom();
        if (duty)
        {
            SendSoon();
        }
    }

    /// <summary>Opens the request's stream before the next frame is read, which may be its first data.</summary>
    private ValueTask<Result<IMessage, Refusal>> AnswerStreamAsync(LwsEndpoint endpoint, in Frame frame)
    {
        return Streams.TryOpen(frame.Stream) is { } stream
            ? AnswerStreamAsync(endpoint.AnswerAsync(server.Access, Subject, frame.Body, stream, Gone), stream)
            : new(Refusals.TooMany("link.too-many-streams", "Too many streams are open on this connection."));
    }

    private async ValueTask<Result<IMessage, Refusal>> AnswerStreamAsync(ValueTask<Result<IMessage, Refusal>> answering, DataStream stream)
    {
        try
        {
            var answer = await answering;
            return stream.IsOver ? Refusals.Stopped() : answer;
        }
        finally
        {
            Streams.Close(stream.Number);
            Streams.Drop(stream);
        }
    }

    private bool TakeOfStream(in Frame frame)
        => frame.Type switch
        {
            FrameType.Data => Streams.TakeData(frame.Stream, frame.Body),
            FrameType.End => Streams.TakeEnd(frame.Stream),
            FrameType.Stop => Streams.TakeStop(frame.Stream),
            _ => Streams.TakeCredit(frame.Stream, frame.Body),
        };

    /// <summary>Queues the answer; true when the caller has to send.</summary>
    private bool Answer(Method method, uint stream, Result<IMessage, Refusal> answer)
    {
        FrameQueue.Queued queued;
        if (answer.TryGet(out var response, out var refusal))
        {
            queued = queue.Add(FrameType.Response, Method.None, stream, response);
            if (queued == FrameQueue.Queued.TooLarge)
            {
                refusal = Refusals.TooLarge("link.answer-too-large", "The answer does not fit a frame.");
            }
            else
            {
                server.Meters.Answered(method, RefusalCode.RefusalNone);
                return IsDuty(queued);
            }
        }

        server.Meters.Answered(method, refusal.Code);
        return IsDuty(queue.Add(FrameType.Error, Method.None, stream, refusal));
    }

    /// <summary>Whether the caller has to send; a full queue evicts.</summary>
    private bool IsDuty(FrameQueue.Queued queued)
        => queued == FrameQueue.Queued.MustSend || (queued == FrameQueue.Queued.Full && End(CloseReason.TooSlow));
}
