using System.Buffers;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Lws.Frames;

/// <summary>
/// Frames waiting to be sent on one connection, laid together so that many go out in one write. Safe for concurrent use;
/// holds no memory while empty. One caller at a time has the duty to send: whoever was answered
/// <see cref="Queued.MustSend"/> calls <see cref="TryTake"/> until it gives nothing.
/// </summary>
public sealed class FrameQueue(int limit)
{
    private const int FirstSegment = 4 * 1024;
    private const int NextSegment = 16 * 1024;

    private readonly Lock gate = new();
    private Queue<Segment>? full;
    private Segment filling;
    private int unsent;
    private bool sending;
    private bool ended;
    private bool finished;

    /// <summary>What queueing gave.</summary>
    public enum Queued
    {
        /// <summary>It is queued and somebody sends already.</summary>
        Accepted,

        /// <summary>It is queued and the caller now has the duty to send.</summary>
        MustSend,

        /// <summary>The limit is reached; nothing was queued.</summary>
        Full,

        /// <summary>The last frame was queued before; nothing was queued.</summary>
        Ended,

        /// <summary>The frame is over <see cref="LwsConstants.MaxFrame"/>; nothing was queued.</summary>
        TooLarge,
    }

    /// <summary>Bytes queued and not yet reported as sent.</summary>
    public int Unsent => Volatile.Read(ref unsent);

    /// <summary>Queues a frame.</summary>
    public Queued Add(FrameType type, Method method, uint stream, IMessage? body)
    {
        var size = FrameWriter.SizeOf(body);
        lock (gate)
        {
            if (Refuses(size, limit) is { } refusal)
            {
                return refusal;
            }

            FrameWriter.Write(Reserve(size), type, method, stream, body);
            return Start();
        }
    }

    /// <summary>Queues a frame of a stream around bytes that are sent as they are.</summary>
    public Queued Add(FrameType type, uint stream, ReadOnlySpan<byte> body)
    {
        var size = LwsConstants.HeaderSize + body.Length;
        lock (gate)
        {
            if (Refuses(size, limit) is { } refusal)
            {
                return refusal;
            }

            FrameWriter.Write(Reserve(size), type, Method.None, stream, body);
            return Start();
        }
    }

    /// <summary>Queues a whole frame that was encoded before; a large one is shared, not copied.</summary>
    /// <param name="frame">The frame; must not change.</param>
    /// <param name="within">A limit of unsent bytes, lower than the queue's own.</param>
    public Queued Add(ReadOnlyMemory<byte> frame, int within)
    {
        lock (gate)
        {
            if (Refuses(frame.Length, Math.Min(within, limit)) is { } refusal)
            {
                return refusal;
            }

            if (frame.Length < FirstSegment)
            {
                frame.Span.CopyTo(Reserve(frame.Length));
            }
            else
            {
                FinishSegment();
                (full ??= []).Enqueue(new Segment(null, frame, frame.Length));
                Interlocked.Add(ref unsent, frame.Length);
            }

            return Start();
        }
    }

    /// <summary>Queues the last frame there will be.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="dropUnsent">Whether what nobody took yet is dropped, for a peer that does not read.</param>
    public Queued End(ReadOnlyMemory<byte> frame, bool dropUnsent)
    {
        lock (gate)
        {
            if (ended)
            {
                return Queued.Ended;
            }

            if (dropUnsent)
            {
                DropAll();
            }

            frame.Span.CopyTo(Reserve(frame.Length));
            ended = true;
            return Start();
        }
    }

    /// <summary>Takes what to send next; null, and the duty is over, when there is nothing.</summary>
    public Segment? TryTake()
    {
        lock (gate)
        {
            if (full is { Count: > 0 })
            {
                return full.Dequeue();
            }

            if (filling.Length == 0)
            {
                sending = false;
                return null;
            }

            var segment = filling;
            filling = default;
            return segment;
        }
    }

    /// <summary>True once: when the last frame was queued and everything was taken, so that the line can be shut.</summary>
    public bool TryFinish()
    {
        lock (gate)
        {
            if (!ended || sending || finished)
            {
                return false;
            }

            finished = true;
            return true;
        }
    }

    /// <summary>Reports a taken segment as sent, or as never to be sent, and gives its memory back.</summary>
    public void Sent(Segment segment)
    {
        Interlocked.Add(ref unsent, -segment.Length);
        segment.Return();
    }

    /// <summary>Forgets what nobody took yet.</summary>
    public void DropUnsent()
    {
        lock (gate)
        {
            DropAll();
        }
    }

    /// <summary>Ends the queue without another frame and gives its memory back.</summary>
    public void Abandon()
    {
        lock (gate)
        {
            ended = true;
            DropAll();
        }
    }

    private Queued? Refuses(int size, int within)
        => ended ? Queued.Ended
            : size > LwsConstants.MaxFrame ? Queued.TooLarge
            : unsent + (long)size > within ? Queued.Full : null;

    private Queued Start()
    {
        if (sending)
        {
            return Queued.Accepted;
        }

        sending = true;
        return Queued.MustSend;
    }

    private Span<byte> Reserve(int size)
    {
        if (filling.Free < size)
        {
            var again = filling.Length > 0 || full is { Count: > 0 };
            FinishSegment();
            filling = Segment.Rent(Math.Max(size, again ? NextSegment : FirstSegment));
        }

        Interlocked.Add(ref unsent, size);
        return filling.Extend(size);
    }

    private void FinishSegment()
    {
        if (filling.Length > 0)
        {
            (full ??= []).Enqueue(filling);
            filling = default;
        }
    }

    private void DropAll()
    {
        FinishSegment();
        while (full is { Count: > 0 })
        {
            Sent(full.Dequeue());
        }
    }

    /// <summary>A run of whole frames.</summary>
    public record struct Segment
    {
        private readonly byte[]? rented;
        private readonly ReadOnlyMemory<byte> shared;

        internal Segment(byte[]? rented, ReadOnlyMemory<byte> shared, int length)
        {
            this.rented = rented;
            this.shared = shared;
            Length = length;
        }

        /// <summary>Bytes in the run.</summary>
        public int Length { get; private set; }

        /// <summary>The run.</summary>
        public readonly ReadOnlyMemory<byte> Bytes => rented is null ? shared : rented.AsMemory(0, Length);

        internal readonly int Free => rented is null ? 0 : rented.Length - Length;

        internal static Segment Rent(int size) => new(ArrayPool<byte>.Shared.Rent(size), default, 0);

        internal Span<byte> Extend(int size)
        {
            Length += size;
            return rented.AsSpan(Length - size, size);
        }

        internal readonly void Return()
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
