using System.Buffers;
using CsCheck;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Lws.Tests.Frames;

public sealed class FrameReaderTests
{
    private static readonly Gen<(FrameType Type, Method Method, uint Stream, byte[] Body)> WellFormed =
        from type in Gen.Int[(int)FrameType.Welcome, (int)FrameType.Stop].Select(value => (FrameType)value)
        from method in type switch
        {
            FrameType.Request => Gen.Int[1, 0x7fff],
            FrameType.Push => Gen.Int[0x8000, 0xffff],
            _ => Gen.Const(0),
        }
        from stream in type switch
        {
            FrameType.Request or FrameType.Response or FrameType.Error or FrameType.Data or FrameType.End or FrameType.Stop => Gen.UInt[1, uint.MaxValue],
            FrameType.Ping or FrameType.Pong or FrameType.Credit => Gen.UInt,
            _ => Gen.Const(0u),
        }
        from body in type switch
        {
            FrameType.Ping or FrameType.Pong or FrameType.Ready or FrameType.End or FrameType.Stop => Gen.Const(Array.Empty<byte>()),
            FrameType.Data or FrameType.Credit => Gen.Byte.Array[1, 300],
            _ => Gen.Byte.Array[0, 300],
        }
        select (type, (Method)method, stream, body);

    [Fact]
    public void Read_AnyBytes_NeverThrowsAndOnlyShrinks() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        var before = buffer.Length;
        while (FrameReader.TryRead(ref buffer, 128, out _) == FrameStatus.Complete)
        {
            Assert.True(buffer.Length <= before - LwsConstants.HeaderSize);
            before = buffer.Length;
        }
    });

    [Fact]
    public void Read_WhatWasWritten_GivesItBack() => WellFormed.Array[1, 5].Sample(frames =>
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var (type, method, stream, body) in frames)
        {
            FrameWriter.Write(output, type, method, stream, body);
        }

        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
        foreach (var (type, method, stream, body) in frames)
        {
            Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(ref buffer, 4096, out var frame));
            Assert.Equal((type, method, stream), (frame.Type, frame.Method, frame.Stream));
            Assert.Equal(body, frame.Body.ToArray());
        }

        Assert.True(buffer.IsEmpty);
    });

    [Fact]
    public void Read_InPieces_GivesTheSameAsWhole() => Gen.Select(WellFormed, Gen.Int[1, 20]).Sample((frame, piece) =>
    {
        var bytes = Encode(frame);
        var buffer = Pieces.Of(bytes, piece);
        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(ref buffer, 4096, out var read));
        Assert.Equal(frame.Body, read.Body.ToArray());
    });

    [Fact]
    public void Read_Truncated_WaitsForMore() => Gen.Select(WellFormed, Gen.Double.Unit).Sample((frame, part) =>
    {
        var bytes = Encode(frame);
        var buffer = new ReadOnlySequence<byte>(bytes, 0, (int)(part * bytes.Length));
        Assert.Equal(FrameStatus.Incomplete, FrameReader.TryRead(ref buffer, 4096, out _));
    });

    [Fact]
    public void Read_OneByteChanged_NeverThrows() => Gen.Select(WellFormed, Gen.Int[0, 11], Gen.Byte).Sample((frame, at, value) =>
    {
        var bytes = Encode(frame);
        bytes[at] = value;
        var buffer = new ReadOnlySequence<byte>(bytes);
        FrameReader.TryRead(ref buffer, 4096, out _);
    });

    [Theory]
    [InlineData("00000007", FrameStatus.BadLength)]
    [InlineData("7fffffff", FrameStatus.BadLength)]
    [InlineData("ffffffff", FrameStatus.BadLength)]
    [InlineData("00000ffd", FrameStatus.BadLength)]
    [InlineData("000000080000000000000000", FrameStatus.BadType)]
    [InlineData("000000080300000000000000", FrameStatus.BadType)]
    [InlineData("000000081600000000000000", FrameStatus.BadType)]
    [InlineData("00000008ff00000000000000", FrameStatus.BadType)]
    [InlineData("000000080901000000000007", FrameStatus.BadFlags)]
    [InlineData("000000080500000100000000", FrameStatus.BadShape)]
    [InlineData("000000080500000000000001", FrameStatus.BadShape)]
    [InlineData("000000080500800000000001", FrameStatus.BadShape)]
    [InlineData("000000080600000100000001", FrameStatus.BadShape)]
    [InlineData("000000080800000100000000", FrameStatus.BadShape)]
    [InlineData("000000080800820000000001", FrameStatus.BadShape)]
    [InlineData("000000090900000000000000ff", FrameStatus.BadShape)]
    [InlineData("000000080b00000000000001", FrameStatus.BadShape)]
    [InlineData("000000091200000000000000ff", FrameStatus.BadShape)]
    [InlineData("000000081200000000000001", FrameStatus.BadShape)]
    [InlineData("000000081400000000000001", FrameStatus.BadShape)]
    [InlineData("000000091300000000000001ff", FrameStatus.BadShape)]
    [InlineData("000000081500000000000000", FrameStatus.BadShape)]
    [InlineData("000000090c00000000000000ff", FrameStatus.BadShape)]
    [InlineData("00000ffc0d00000000000000", FrameStatus.Incomplete)]
    [InlineData("0000000809", FrameStatus.Incomplete)]
    public void Read_Header_IsJudgedAtOnce(string hex, FrameStatus expected)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.Equal(expected, FrameReader.TryRead(ref buffer, LwsConstants.MaxHandshakeFrame, out _));
    }

    [Fact]
    public void Read_ExamplesOfTheSpecification_AreWhatTheCodeWrites()
    {
        var specification = File.ReadAllText(Path.Combine(Testing.Fixtures.RepositoryRoot(), "docs/protocol/lws.md"))
            .Replace(" ", "", StringComparison.Ordinal);
        var hi = Google.Protobuf.ByteString.CopyFromUtf8("hi");
        byte[][] examples =
        [
            FrameWriter.ToArray(FrameType.Request, Method.Echo, 1, new EchoRequest { Payload = hi }),
            FrameWriter.ToArray(FrameType.Response, Method.None, 1, new EchoResponse { Payload = hi }),
            FrameWriter.ToArray(FrameType.Ping, Method.None, 7, null),
            FrameWriter.ToArray(FrameType.Close, Method.None, 0, new Close { Reason = CloseReason.ShuttingDown }),
        ];
        Assert.All(examples, frame => Assert.Contains(Convert.ToHexStringLower(frame) + "\n", specification, StringComparison.Ordinal));
    }

    [Fact]
    public void Streams_ReplayedOrReordered_AreRefused() => Gen.UInt.Array[1, 50].Sample(streams =>
    {
        var order = new StreamOrder();
        uint last = 0;
        foreach (var stream in streams)
        {
            Assert.Equal(stream > last, order.TryAdvance(stream));
            last = Math.Max(last, stream);
        }
    });

    private static byte[] Encode((FrameType Type, Method Method, uint Stream, byte[] Body) frame)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameWriter.Write(output, frame.Type, frame.Method, frame.Stream, frame.Body);
        return output.WrittenSpan.ToArray();
    }
}
