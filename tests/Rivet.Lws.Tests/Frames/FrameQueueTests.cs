using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Frames;

public sealed class FrameQueueTests
{
    private static readonly byte[] Ping = FrameWriter.ToArray(FrameType.Ping, Method.None, 7, null);

    [Fact]
    public void Add_First_GivesTheDutyOnce()
    {
        var queue = new FrameQueue(1 << 20);
        Assert.Equal(FrameQueue.Queued.MustSend, queue.Add(FrameType.Ping, Method.None, 7, null));
        Assert.Equal(FrameQueue.Queued.Accepted, queue.Add(FrameType.Ping, Method.None, 7, null));

        var segment = queue.TryTake()!.Value;
        Assert.Equal([.. Ping, .. Ping], segment.Bytes.ToArray());
        queue.Sent(segment);
        Assert.Null(queue.TryTake());
        Assert.Equal(0, queue.Unsent);
        Assert.Equal(FrameQueue.Queued.MustSend, queue.Add(FrameType.Ping, Method.None, 7, null));
    }

    [Fact]
    public void Add_OverTheLimit_IsRefusedAndKeepsTheRest()
    {
        var queue = new FrameQueue(30);
        queue.Add(FrameType.Ping, Method.None, 7, null);
        queue.Add(FrameType.Ping, Method.None, 7, null);
        Assert.Equal(FrameQueue.Queued.Full, queue.Add(FrameType.Ping, Method.None, 7, null));
        Assert.Equal(FrameQueue.Queued.Full, queue.Add(Ping, within: 24));
        Assert.Equal(24, queue.Unsent);
    }

    [Fact]
    public void Add_FrameOverTheProtocolsLimit_IsRefused()
    {
        var queue = new FrameQueue(int.MaxValue);
        var body = new EchoRequest { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[LwsConstants.MaxFrame]) };
        Assert.Equal(FrameQueue.Queued.TooLarge, queue.Add(FrameType.Request, Method.Echo, 1, body));
    }

    [Fact]
    public void Add_SmallAndLarge_KeepTheirOrder()
    {
        var queue = new FrameQueue(1 << 24);
        var sent = new List<byte>();
        var expected = new List<byte>();
        for (var size = 0; size < 60_000; size = (size * 2) + 100)
        {
            var frame = FrameWriter.ToArray(FrameType.Push, Method.EntryAppended, 0, new Entry { Content = Google.Protobuf.ByteString.CopyFrom(new byte[size]) });
            expected.AddRange(frame);
            expected.AddRange(Ping);
            queue.Add(frame, int.MaxValue);
            queue.Add(FrameType.Ping, Method.None, 7, null);
        }

        while (queue.TryTake() is { } segment)
        {
            sent.AddRange(segment.Bytes.Span);
            queue.Sent(segment);
        }

        Assert.Equal(expected, sent);
        Assert.Equal(0, queue.Unsent);
    }

    [Fact]
    public void End_DroppingUnsent_LeavesOnlyTheLastFrame()
    {
        var queue = new FrameQueue(1 << 20);
        queue.Add(FrameType.Ping, Method.None, 7, null);
        var close = FrameWriter.ToArray(FrameType.Close, Method.None, 0, new Close { Reason = CloseReason.TooSlow });
        queue.End(close, dropUnsent: true);

        Assert.Equal(FrameQueue.Queued.Ended, queue.Add(FrameType.Ping, Method.None, 7, null));
        Assert.Equal(FrameQueue.Queued.Ended, queue.End(close, dropUnsent: true));
        var segment = queue.TryTake()!.Value;
        Assert.Equal(close, segment.Bytes.ToArray());
        queue.Sent(segment);
        Assert.False(queue.TryFinish());
        Assert.Null(queue.TryTake());
        Assert.True(queue.TryFinish());
        Assert.False(queue.TryFinish());
    }

    [Fact]
    public async Task Add_FromManyThreads_LosesAndTearsNothing()
    {
        var queue = new FrameQueue(1 << 26);
        var received = new List<byte>();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(writer => Task.Run(() =>
        {
            for (var count = 0; count < 2_000; count++)
            {
                if (queue.Add(FrameType.Pong, Method.None, (uint)writer, null) != FrameQueue.Queued.MustSend)
                {
                    continue;
                }

                while (queue.TryTake() is { } segment)
                {
                    received.AddRange(segment.Bytes.Span); // Only one has the duty at a time.
                    queue.Sent(segment);
                }
            }
        })));

        var buffer = new System.Buffers.ReadOnlySequence<byte>(received.ToArray());
        var counts = new int[9];
        while (FrameReader.TryRead(ref buffer, 64, out var frame) == FrameStatus.Complete)
        {
            counts[frame.Stream]++;
        }

        Assert.Equal([0, .. Enumerable.Repeat(2_000, 8)], counts);
    }
}
