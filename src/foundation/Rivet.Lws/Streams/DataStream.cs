using System.Buffers;

namespace Rivet.Lws.Streams;

/// <summary>
/// One stream of data between a request and its answer. One reader and one writer at a time, which may be two. Made by
/// <see cref="StreamTable"/>.
/// </summary>
public sealed class DataStream
{
    private readonly StreamTable table;
    private readonly Queue<byte[]> received = [];
    private readonly ReceiveCredit receiving = new(LwsConstants.StreamCredit);
    private TaskCompletionSource? reader;
    private int taken;
    private bool complete;

    internal DataStream(StreamTable table, uint number)
    {
        this.table = table;
        Number = number;
    }

    /// <summary>The request's number.</summary>
    public uint Number { get; }

    /// <summary>Whether the stream is over: answered, stopped, or its link gone.</summary>
    public bool IsOver { get; private set; }

    internal SendCredit Sending { get; } = new(LwsConstants.StreamCredit);

    /// <summary>
    /// The next bytes, at most so many; 0 at the end: the other side said that it sends no more, or the stream is over.
    /// What is read is granted anew.
    /// </summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            Task waiting;
            lock (table.Gate)
            {
                if (TryTake(buffer.Span, out var count))
                {
                    return count;
                }

                reader ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = reader.Task;
            }

            await waiting.WaitAsync(ct);
        }
    }

    /// <summary>
    /// Sends bytes, in frames of at most <see cref="LwsConstants.MaxData"/>, waiting for credit between them; false when the
    /// stream was over before all was queued.
    /// </summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        while (!data.IsEmpty)
        {
            var sent = await table.SendAsync(this, data, ct);
            if (sent == 0)
            {
                return false;
            }

            data = data[sent..];
        }

        return true;
    }

    /// <summary>Takes a frame's bytes; false when they are more than granted. Under the gate.</summary>
    internal bool TryReceive(in ReadOnlySequence<byte> body)
    {
        if (complete || !receiving.TryReceive((int)body.Length))
        {
            return false;
        }

        received.Enqueue(body.ToArray());
        Wake();
        return true;
    }

    /// <summary>The other side sends no more. Under the gate.</summary>
    internal bool TryComplete()
    {
        if (complete)
        {
            return false;
        }

        complete = true;
        Wake();
        return true;
    }

    /// <summary>Nothing is sent or comes any more; what came before may still be read. Under the gate.</summary>
    internal void End()
    {
        IsOver = complete = true;
        Wake();
    }

    /// <summary>Forgets what nobody read; gives how many bytes that was. Under the gate.</summary>
    internal int Drop()
    {
        var unread = received.Sum(part => part.Length) - taken;
        received.Clear();
        taken = 0;
        return unread;
    }

    private bool TryTake(Span<byte> buffer, out int count)
    {
        count = 0;
        if (!received.TryPeek(out var part))
        {
            return complete;
        }

        count = Math.Min(buffer.Length, part.Length - taken);
        part.AsSpan(taken, count).CopyTo(buffer);
        taken += count;
        if (taken == part.Length)
        {
            received.Dequeue();
            taken = 0;
        }

        table.Consumed(this, count, receiving.Consume(count));
        return true;
    }

    private void Wake()
    {
        reader?.TrySetResult();
        reader = null;
    }
}
