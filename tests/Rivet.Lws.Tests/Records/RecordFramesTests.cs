using System.Buffers;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;

namespace Rivet.Lws.Tests.Records;

public sealed class RecordFramesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void TryRead_FramesAndPadding_GivesEachAndTheEnd(int padding)
    {
        var plaintext = new ReadOnlySequence<byte>([.. Line.Ping(1), .. Line.Ping(2), .. new byte[padding]]);

        Assert.Equal(FrameStatus.Complete, RecordFrames.TryRead(ref plaintext, out var first));
        Assert.Equal(FrameStatus.Complete, RecordFrames.TryRead(ref plaintext, out var second));
        Assert.Equal(FrameStatus.End, RecordFrames.TryRead(ref plaintext, out _));
        Assert.Equal((1u, 2u), (first.Stream, second.Stream));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(11)]
    public void TryRead_FrameCutByTheEnd_IsRefused(int cut)
    {
        var plaintext = new ReadOnlySequence<byte>([.. Line.Ping(1), .. Line.Ping(2)[..^cut]]);

        Assert.Equal(FrameStatus.Complete, RecordFrames.TryRead(ref plaintext, out _));
        Assert.Equal(cut == 11 ? FrameStatus.End : FrameStatus.BadLength, RecordFrames.TryRead(ref plaintext, out _));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(39)]
    public void TryRead_PaddingOfOtherThanZeros_IsRefused(int at)
    {
        var padding = new byte[40];
        padding[at] = 1;
        var plaintext = new ReadOnlySequence<byte>([.. Line.Ping(1), .. padding]);

        Assert.Equal(FrameStatus.Complete, RecordFrames.TryRead(ref plaintext, out _));
        Assert.Equal(FrameStatus.BadLength, RecordFrames.TryRead(ref plaintext, out _));
    }
}
