using System.Buffers;
using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
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
        while (true)
        {
            var read = await input.ReadAsync();
            Volatile.Write(ref since, server.Time.GetTimestamp());
            var buffer = read.Buffer;
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

                var status = FrameReader.TryRead(ref buffer, LwsConstants.MaxFrame, out var frame);
                if (status == FrameStatus.Incomplete)
                {
                    break;
                }

                goesOn = status == FrameStatus.Complete
                    ? Take(frame, ref mustSend)
                    : Violation(ref mustSend);
            }

            input.AdvanceTo(buffer.Start, goesOn ? read.Buffer.End : buffer.Start);
            if (mustSend)
            {
                await SendAsync();
            }

            if (!goesOn || phase != Phase.Open || read.IsCompleted)
            {
                return;
            }
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
