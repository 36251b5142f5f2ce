using System.Buffers;
using Google.Protobuf;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Lws.Streams;

/// <summary>
/// The streams of data of one connection, at either end, and their credit (docs/protocol/lws.md §7.2). Safe for concurrent use;
/// costs a connection without streams nothing but itself.
/// </summary>
/// <param name="queue">Where frames to be sent go.</param>
/// <param name="queued">
/// Told what queueing gave, whenever it was not simply accepted: it may have to send, or to evict. Called under a lock, so it must
/// leave that to somebody else and return.
/// </param>
public sealed class StreamTable(FrameQueue queue, Action<FrameQueue.Queued> queued)
{
    private readonly Dictionary<uint, DataStream> streams = [];
    private readonly Queue<Waiter> waiters = [];
    private readonly SendCredit sending = new(LwsConstants.ConnectionCredit);
    private readonly ReceiveCredit receiving = new(LwsConstants.ConnectionCredit);
    private uint newest;
    private bool over;

    internal Lock Gate { get; } = new();

    /// <summary>Opens a stream for a request; null when there are <see cref="LwsConstants.MaxStreams"/>, or the link is over.</summary>
    public DataStream? TryOpen(uint number)
    {
        lock (Gate)
        {
            newest = number;
            if (over || streams.Count >= LwsConstants.MaxStreams)
            {
                return null;
            }

            return streams[number] = new DataStream(this, number);
        }
    }

    /// <summary>Takes data; false when it breaks the protocol.</summary>
    public bool TakeData(uint number, in ReadOnlySequence<byte> body)
    {
        lock (Gate)
        {
            if (!receiving.TryReceive((int)body.Length))
            {
                return false;
            }

            if (streams.TryGetValue(number, out var stream) && !stream.IsOver)
            {
                return stream.TryReceive(body);
            }

            Grant(0, receiving.Consume((int)body.Length)); // It crossed with the answer, or with a stop.
            return number <= newest;
        }
    }

    /// <summary>The other side sends no more on a stream; false when it said so before or the stream never was. Behind a stop it says nothing new.</summary>
    public bool TakeEnd(uint number)
    {
        lock (Gate)
        {
            return streams.TryGetValue(number, out var stream) ? stream.IsOver || stream.TryComplete() : number <= newest;
        }
    }

    /// <summary>The other side wants no more of a stream: <see cref="DataStream.WriteAsync"/> gives up. False when it never was.</summary>
    public bool TakeStop(uint number)
    {
        lock (Gate)
        {
            if (streams.TryGetValue(number, out var stream))
            {
                Drop(stream);
            }

            return number <= newest;
        }
    }

    /// <summary>Takes credit; false when it breaks the protocol.</summary>
    public bool TakeCredit(uint number, in ReadOnlySequence<byte> body)
    {
        Credit credit;
        try
        {
            credit = Credit.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }

        lock (Gate)
        {
            var isGood = number == 0 ? sending.TryAdd(credit.Bytes)
                : streams.TryGetValue(number, out var stream) ? stream.Sending.TryAdd(credit.Bytes)
                : number <= newest && credit.Bytes != 0;
            ServeWaiters();
            return isGood;
        }
    }

    /// <summary>The request is answered: its stream is over, though what came before may still be read until it is dropped.</summary>
    public void Close(uint number)
    {
        lock (Gate)
        {
            if (streams.Remove(number, out var stream))
            {
                stream.End();
                ServeWaiters();
            }
        }
    }

    /// <summary>Nobody reads a stream any more: forgets what it holds and what comes, so that it does not hold the connection's credit for ever.</summary>
    public void Drop(DataStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        lock (Gate)
        {
            stream.End(); // What still comes before the answer is not kept either.
            Grant(0, receiving.Consume(stream.Drop()));
            ServeWaiters();
        }
    }

    /// <summary>The link is over, and all its streams.</summary>
    public void Abandon()
    {
        lock (Gate)
        {
            over = true;
            foreach (var stream in streams.Values)
            {
                stream.End();
            }

            streams.Clear();
            ServeWaiters();
        }
    }

    /// <summary>Queues one frame as soon as there is credit for it; gives how many bytes it took, 0 when the stream is over.</summary>
    internal async ValueTask<int> SendAsync(DataStream stream, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        var waiter = new Waiter(stream, Math.Min(data.Length, LwsConstants.MaxData));
        lock (Gate)
        {
            // Who comes later waits behind who waits, so that streams take turns.
            waiters.Enqueue(waiter);
            ServeWaiters();
        }

        try
        {
            await waiter.Granted.Task.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (waiter.Granted.TrySetResult(0))
        {
            throw;
        }

        // The credit is spent by now, so the frame goes, even when the caller gave up meanwhile.
        var count = await waiter.Granted.Task;
        if (count > 0)
        {
            var sent = queue.Add(FrameType.Data, stream.Number, data.Span[..count]);
            Tell(sent);
            return sent is FrameQueue.Queued.Ended or FrameQueue.Queued.Full ? 0 : count;
        }

        return 0;
    }

    /// <summary>What a reader used up is granted anew. Under the gate.</summary>
    internal void Consumed(DataStream stream, int bytes, int streamGrant)
    {
        if (!stream.IsOver)
        {
            Grant(stream.Number, streamGrant);
        }

        Grant(0, receiving.Consume(bytes));
    }

    /// <summary>Gives the waiting their turn, as far as credit goes. Under the gate.</summary>
    private void ServeWaiters()
    {
        for (var turns = waiters.Count; turns > 0; turns--)
        {
            var waiter = waiters.Dequeue();
            var count = Math.Min(waiter.Wanted, Math.Min(sending.Available, waiter.Stream.Sending.Available));
            if (waiter.Stream.IsOver || over)
            {
                waiter.Granted.TrySetResult(0);
            }
            else if (count == 0)
            {
                waiters.Enqueue(waiter);
            }
            else if (waiter.Granted.TrySetResult(count))
            {
                sending.Spend(count);
                waiter.Stream.Sending.Spend(count);
            }
        }
    }

    private void Grant(uint number, int bytes)
    {
        if (bytes > 0)
        {
            Tell(queue.Add(FrameType.Credit, Method.None, number, new Credit { Bytes = (uint)bytes }));
        }
    }

    private void Tell(FrameQueue.Queued outcome)
    {
        if (outcome != FrameQueue.Queued.Accepted)
        {
            queued(outcome);
        }
    }

    /// <summary>Whose turn comes when there is credit.</summary>
    private sealed record Waiter(DataStream Stream, int Wanted)
    {
        public TaskCompletionSource<int> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
