using System.Buffers;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>From the welcome to the close.</summary>
internal sealed partial class LwsConnection
{
    private int underWay;

    private bool HasRoom
        => phase == Phase.Closing
            || (Volatile.Read(ref underWay) < LwsConstants.MaxRequests && queue.Unsent < server.Options.ReadPause);

    private async ValueTask ServeAsync()
    {
        var goesOn = records is null || await ServeAsync(early, isRecord: true) is not null;
        while (goesOn && phase == Phase.Open)
        {
            Forget();
            var read = await input.ReadAsync();
            Volatile.Write(ref since, server.Time.GetTimestamp());
            var rest = records is null ? await ServeAsync(read.Buffer, isRecord: false) : await ServeRecordsAsync(read.Buffer);
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
                        await EndAsync(CloseReason.Refused);
                        return null;
                    }

                    if (await ServeAsync(frames, isRecord: true) is null)
                    {
                        return null;
                    }

                    received = received.Slice(RecordLimits.Overhead + (long)size);
                    break;
                default:
                    await EndAsync(CloseReason.ProtocolError);
                    return null;
            }
        }

        return null;
    }

    /// <summary>Serves whole frames; gives what is left, null when the link ends.</summary>
    private async ValueTask<ReadOnlySequence<byte>?> ServeAsync(ReadOnlySequence<byte> frames, bool isRecord)
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

            var status = isRecord
                ? RecordFrames.TryRead(ref frames, out var frame)
                : FrameReader.TryRead(ref frames, LwsConstants.MaxFrame, out frame);
            if (status is FrameStatus.Incomplete or FrameStatus.End)
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

        return goesOn && phase == Phase.Open ? frames : null;
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
            default:
                return Violation(ref mustSend);
        }
    }

    private bool Violation(ref bool mustSend)
    {
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
            answer = endpoint.AnswerAsync(server.Access, Subject, frame.Body, Gone);
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
