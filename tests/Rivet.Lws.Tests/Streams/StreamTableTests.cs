using System.Buffers;
using System.Threading.Channels;
using CsCheck;
using Google.Protobuf;
using Rivet.Lws.Frames;
using Rivet.Lws.Streams;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Streams;

/// <summary>Streams and their credit at one end, the other end being the test (docs/protocol/lws.md §7.2).</summary>
public sealed class StreamTableTests
{
    private readonly FrameQueue queue = new(64 * 1024 * 1024);
    private readonly StreamTable table;

    private readonly Channel<FrameQueue.Queued> queued = Channel.CreateUnbounded<FrameQueue.Queued>();

    public StreamTableTests() => table = new StreamTable(queue, told => queued.Writer.TryWrite(told));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_OverTheStreamsCredit_WaitsForMore()
    {
        var stream = table.TryOpen(1)!;
        var writing = stream.WriteAsync(new byte[LwsConstants.StreamCredit + 10], Ct).AsTask();

        Assert.False(writing.IsCompleted);
        Assert.Equal(LwsConstants.StreamCredit, Sent(FrameType.Data, 1));
        Assert.True(Credit(1, 9));
        Assert.False(writing.IsCompleted);
        Assert.True(Credit(1, 1));

        Assert.True(await writing);
        Assert.Equal(LwsConstants.StreamCredit + 10, Sent(FrameType.Data, 1));
    }

    [Fact]
    public async Task Write_ConnectionsCreditUsedUp_StreamsTakeTurnsAFrameEach()
    {
        var streams = Enumerable.Range(1, 6).Select(number => table.TryOpen((uint)number)!).ToArray();
        var writing = streams.Select(stream => stream.WriteAsync(new byte[LwsConstants.StreamCredit], Ct).AsTask()).ToArray();
        Assert.Equal(LwsConstants.ConnectionCredit, streams.Sum(stream => Sent(FrameType.Data, stream.Number)));
        var before = streams.Select(stream => Sent(FrameType.Data, stream.Number)).ToArray();

        Assert.True(Credit(0, 2 * LwsConstants.MaxData));
        while (streams.Sum(stream => Sent(FrameType.Data, stream.Number)) < LwsConstants.ConnectionCredit + (2 * LwsConstants.MaxData))
        {
            await queued.Reader.ReadAsync(Ct); // Who waited queues its frame on a thread of its own.
        }

        var waiting = streams.Where((stream, index) => Sent(FrameType.Data, stream.Number) > before[index]).ToArray();
        Assert.Equal(2, waiting.Length);
        Assert.True(Credit(0, LwsConstants.ConnectionCredit));
        Assert.All(await Task.WhenAll(writing), Assert.True);
    }

    [Fact]
    public async Task Write_Withdrawn_CostsNoCredit()
    {
        var stream = table.TryOpen(1)!;
        Assert.True(await stream.WriteAsync(new byte[LwsConstants.StreamCredit], Ct));
        using var withdrawn = new CancellationTokenSource();
        var writing = stream.WriteAsync(new byte[1], withdrawn.Token).AsTask();
        await withdrawn.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);

        Assert.True(Credit(1, 5));
        Assert.True(await stream.WriteAsync(new byte[5], Ct));
        Assert.Equal(LwsConstants.StreamCredit + 5, Sent(FrameType.Data, 1));
    }

    [Fact]
    public async Task Read_HalfAWindow_IsGrantedAnewForStreamAndConnection()
    {
        var stream = table.TryOpen(1)!;
        for (var at = 0; at < LwsConstants.StreamCredit; at += LwsConstants.MaxData)
        {
            Assert.True(Data(1, LwsConstants.MaxData));
        }

        Assert.False(Data(1, 1));
        var buffer = new byte[LwsConstants.MaxData];
        Assert.Equal(LwsConstants.MaxData, await stream.ReadAsync(buffer, Ct));
        Assert.Empty(Credits(1));
        Assert.Equal(LwsConstants.MaxData, await stream.ReadAsync(buffer, Ct));
        Assert.Equal([LwsConstants.StreamCredit / 2], Credits(1));
        Assert.Empty(Credits(0)); // Half of the connection's is more.
    }

    [Fact]
    public void Data_OfManyStreamsOverTheConnectionsCredit_IsRefused()
    {
        for (uint number = 1; number <= 5; number++)
        {
            table.TryOpen(number);
        }

        for (var sent = 0; sent < LwsConstants.ConnectionCredit; sent += LwsConstants.MaxData)
        {
            Assert.True(Data((uint)(1 + (sent / LwsConstants.StreamCredit)), LwsConstants.MaxData));
        }

        Assert.False(Data(5, 1));
    }

    [Fact]
    public async Task Close_UnreadData_CanStillBeReadAndDropGivesItsCreditBack()
    {
        var stream = table.TryOpen(1)!;
        for (var at = 0; at < LwsConstants.StreamCredit; at += LwsConstants.MaxData)
        {
            Assert.True(Data(1, LwsConstants.MaxData));
        }

        table.Close(1);
        Assert.Equal(100, await stream.ReadAsync(new byte[100], Ct));
        Assert.False(await stream.WriteAsync(new byte[1], Ct));

        for (uint number = 2; number <= 3; number++)
        {
            var next = table.TryOpen(number)!;
            Assert.True(Data(number, LwsConstants.MaxData));
            table.Close(number);
            table.Drop(next);
        }

        table.Drop(stream);
        Assert.Equal(0, await stream.ReadAsync(new byte[100], Ct));
        Assert.True(Data(1, LwsConstants.MaxData)); // It crossed with the answer.
        Assert.False(Data(99, 1));
    }

    [Fact]
    public void Drop_BeforeTheAnswer_WhatStillComesHoldsNoCredit()
    {
        for (uint number = 1; number <= 20; number++)
        {
            table.Drop(table.TryOpen(number)!);
            for (var at = 0; at < LwsConstants.StreamCredit; at += LwsConstants.MaxData)
            {
                Assert.True(Data(number, LwsConstants.MaxData), $"stream {number}"); // It crossed with the stop.
            }

            table.Close(number);
        }

        Assert.Equal(20 * LwsConstants.StreamCredit, Credits(0).Sum());
    }

    [Fact]
    public void End_BehindStopOrAnswer_IsIgnoredButNotTwiceBefore()
    {
        table.TryOpen(1);
        table.TryOpen(2);
        Assert.True(table.TakeStop(1));
        Assert.True(table.TakeEnd(1)); // Whether the answer was quicker or not.
        table.Close(1);
        Assert.True(table.TakeEnd(1));

        Assert.True(table.TakeEnd(2));
        Assert.False(table.TakeEnd(2));
        Assert.False(table.TakeEnd(3));
    }

    [Fact]
    public void Any_SequenceOfFrames_GrantsNoMoreThanThereMayBe()
    {
        var steps = from kind in Gen.Int[0, 5] from number in Gen.UInt[0, 4] from size in Gen.Int[1, LwsConstants.MaxData] select (kind, number, size);
        steps.Array[1, 60].Sample(sequence =>
        {
            var mine = new StreamTableTests();
            var granted = new long[5];
            var sent = new long[5];
            for (var number = 0; number < 5; number++)
            {
                granted[number] = number == 0 ? LwsConstants.ConnectionCredit : LwsConstants.StreamCredit;
            }

            foreach (var (kind, number, size) in sequence)
            {
                switch (kind)
                {
                    case 0: mine.table.TryOpen(number + 1); break;
                    case 1:
                        if (mine.Data(number, size))
                        {
                            sent[0] += size;
                        }

                        break;
                    case 2: mine.table.TakeEnd(number); break;
                    case 3: mine.table.TakeStop(number); break;
                    case 4: mine.Credit(number, (uint)size); break;
                    default: mine.table.Close(number); break;
                }
            }

            granted[0] += mine.Credits(0).Sum(credit => (long)credit);
            Assert.True(sent[0] <= granted[0], $"{sent[0]} taken, {granted[0]} granted");
        }, iter: 2_000);
    }

    private readonly List<byte[]> written = [];

    private bool Data(uint stream, int size) => table.TakeData(stream, new ReadOnlySequence<byte>(new byte[size]));

    private bool Credit(uint stream, uint bytes) => table.TakeCredit(stream, new ReadOnlySequence<byte>(new Credit { Bytes = bytes }.ToByteArray()));

    private int Sent(FrameType type, uint stream) => Frames().Where(frame => (frame.Type, frame.Stream) == (type, stream)).Sum(frame => (int)frame.Body.Length);

    private List<int> Credits(uint stream) => [.. Frames()
        .Where(frame => (frame.Type, frame.Stream) == (FrameType.Credit, stream))
        .Select(frame => (int)Wire.Credit.Parser.ParseFrom(frame.Body).Bytes)];

    /// <summary>All frames that were queued so far.</summary>
    private List<Frame> Frames()
    {
        while (queue.TryTake() is { } segment)
        {
            written.Add(segment.Bytes.ToArray());
            queue.Sent(segment);
        }

        var rest = new ReadOnlySequence<byte>([.. written.SelectMany(bytes => bytes)]);
        var frames = new List<Frame>();
        while (FrameReader.TryRead(ref rest, LwsConstants.MaxFrame, out var frame) == FrameStatus.Complete)
        {
            frames.Add(frame);
        }

        return frames;
    }
}
