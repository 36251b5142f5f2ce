using System.Buffers;
using Google.Protobuf;
using Rivet.Link.Dialling;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>The line itself: one reader, one sender at a time, one end.</summary>
public sealed partial class LwsLink
{
    private readonly Dictionary<uint, TaskCompletionSource<bool>> pings = [];
    private readonly TaskCompletionSource said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint lastPing;

    private async Task ReadAllAsync()
    {
        var reason = CloseReason.CloseNone;
        try
        {
            var goesOn = true;
            while (goesOn)
            {
                // The welcome's record may hold more frames, so taking comes before reading.
                while (goesOn && line.TryTake(out var frame) is var status and not FrameStatus.End)
                {
                    goesOn = status == FrameStatus.Complete ? Take(frame, ref reason) : Violated(ref reason);
                }

                var read = goesOn ? await line.ReadAsync(CancellationToken.None) : RecordRead.Ended;
                goesOn = read == RecordRead.Opened || (read == RecordRead.Broken && Violated(ref reason));
                heartbeat.Heard();
            }
        }
        catch (Exception lost) when (LinkWire.IsLoss(lost))
        {
            reason = CloseReason.CloseNone;
        }

        End(reason);
    }

    private bool Take(in Frame frame, ref CloseReason reason)
    {
        switch (frame.Type)
        {
            case FrameType.Response:
                return Claim(frame.Stream) is not { } asked || asked.TryAnswer(frame.Body) || Unreadable(asked, ref reason);
            case FrameType.Error:
                return TakeError(frame, ref reason);
            case FrameType.Push when frame.Method == Method.Ticket:
                return TakeTicket(frame) || Violated(ref reason);
            case FrameType.Push:
                pushes.Writer.TryWrite(new LinkPush(frame.Method, frame.Body.ToArray()));
                if (pushes.Reader.Count <= MaxUnreadPushes)
                {
                    return true;
                }

                reason = CloseReason.TooSlow;
                return false;
            case FrameType.Ping:
                Send(queue.Add(FrameType.Pong, Method.None, frame.Stream, null));
                return true;
            case FrameType.Pong:
                TakePong(frame.Stream);
                return true;
            case FrameType.Data or FrameType.Credit:
                return TakeOfStream(frame) || Violated(ref reason);
            case FrameType.Close:
                reason = LinkClose.Read(frame.Body);
                if (reason == CloseReason.ShuttingDown)
                {
                    memory.DropTickets();
                }

                return false;
            default:
                return Violated(ref reason);
        }
    }

    private bool TakeError(in Frame frame, ref CloseReason reason)
    {
        var asked = Claim(frame.Stream);
        try
        {
            asked?.Refuse(Refusal.Parser.ParseFrom(frame.Body));
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return Unreadable(asked, ref reason);
        }
    }

    private bool Unreadable(PendingAsk? asked, ref CloseReason reason)
    {
        asked?.Refuse(PendingAsk.Lost());
        return Violated(ref reason);
    }

    private bool Violated(ref CloseReason reason)
    {
        reason = CloseReason.ProtocolError;
        Send(queue.End(FrameWriter.ToArray(FrameType.Close, Method.None, 0, new Close { Reason = reason }), dropUnsent: true));
        return false;
    }

    private bool TakeTicket(in Frame frame)
    {
        try
        {
            memory.Keep(Ticket.Parser.ParseFrom(frame.Body), time);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private PendingAsk? Claim(uint stream)
    {
        streams?.Close(stream);
        lock (gate)
        {
            return asks.Remove(stream, out var asked) ? asked : null;
        }
    }

    private void TakePong(uint number)
    {
        TaskCompletionSource<bool>? waiting;
        lock (gate)
        {
            pings.Remove(number, out waiting);
        }

        waiting?.TrySetResult(true);
    }

    private void SendPing(uint stream) => Send(queue.Add(FrameType.Ping, Method.None, stream, null));

    private void Send(FrameQueue.Queued queued)
    {
        if (queued == FrameQueue.Queued.MustSend)
        {
            _ = SendAllAsync();
        }
    }

    /// <summary>Only for the one who has the duty. Never throws.</summary>
    private async Task SendAllAsync()
    {
        try
        {
            while (queue.TryTake() is { } segment)
            {
                try
                {
                    await line.WriteAsync(segment.Bytes, CancellationToken.None);
                }
                finally
                {
                    queue.Sent(segment);
                }
            }

            if (queue.TryFinish())
            {
                await line.ShutdownAsync();
                said.TrySetResult();
            }
        }
        catch (Exception lost) when (LinkWire.IsLoss(lost))
        {
            End(CloseReason.CloseNone);
        }
    }

    /// <summary>Ends the link once: everybody who waits is told, then the connection goes.</summary>
    private void End(CloseReason reason)
    {
        PendingAsk[] lost;
        TaskCompletionSource<bool>[] unheard;
        lock (gate)
        {
            if (over)
            {
                return;
            }

            over = true;
            lost = [.. asks.Values];
            unheard = [.. pings.Values];
            asks.Clear();
            pings.Clear();
        }

        heartbeat.Dispose();
        queue.Abandon();
        streams?.Abandon();
        line.Dispose();
        said.TrySetResult();
        closed.TrySetResult(leaving && reason == CloseReason.CloseNone ? CloseReason.Goodbye : reason); // The server may hang up first.
        pushes.Writer.TryComplete();
        foreach (var ask in lost)
        {
            ask.Refuse(PendingAsk.Lost());
        }

        foreach (var ping in unheard)
        {
            ping.TrySetResult(false);
        }
    }
}
