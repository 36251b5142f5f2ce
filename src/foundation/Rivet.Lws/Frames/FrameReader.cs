using System.Buffers;
using System.Buffers.Binary;
using Rivet.Wire;

namespace Rivet.Lws.Frames;

/// <summary>
/// Cuts frames from received bytes (docs/protocol/lws.md §3). Never throws, never copies a body, and judges a header as
/// soon as it is there, so that an oversized frame is refused before its body arrives.
/// </summary>
public static class FrameReader
{
    /// <summary>Takes one frame from the start of the buffer.</summary>
    /// <param name="buffer">What was received; moved behind the frame when it is complete.</param>
    /// <param name="maxFrame">The largest whole frame allowed now, in bytes.</param>
    /// <param name="frame">The frame when the status is <see cref="FrameStatus.Complete"/>.</param>
    public static FrameStatus TryRead(ref ReadOnlySequence<byte> buffer, int maxFrame, out Frame frame)
    {
        frame = default;
        var first = buffer.FirstSpan;
        if (first.Length >= LwsConstants.HeaderSize)
        {
            return Read(first, ref buffer, maxFrame, ref frame);
        }

        Span<byte> head = stackalloc byte[LwsConstants.HeaderSize];
        var available = (int)Math.Min(buffer.Length, LwsConstants.HeaderSize);
        buffer.Slice(0, available).CopyTo(head);
        return Read(head[..available], ref buffer, maxFrame, ref frame);
    }

    private static FrameStatus Read(ReadOnlySpan<byte> head, ref ReadOnlySequence<byte> buffer, int maxFrame, ref Frame frame)
    {
        if (head.Length < 4)
        {
            return FrameStatus.Incomplete;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length < LwsConstants.HeaderSize - 4 || length > (uint)maxFrame - 4)
        {
            return FrameStatus.BadLength;
        }

        if (head.Length < LwsConstants.HeaderSize)
        {
            return FrameStatus.Incomplete;
        }

        var type = (FrameType)head[4];
        var method = BinaryPrimitives.ReadUInt16BigEndian(head[6..]);
        var stream = BinaryPrimitives.ReadUInt32BigEndian(head[8..]);
        var bodyLength = length - (LwsConstants.HeaderSize - 4);
        if (type is < FrameType.Welcome or > FrameType.Stop)
        {
            return FrameStatus.BadType;
        }

        if (head[5] != 0)
        {
            return FrameStatus.BadFlags;
        }

        if (!Fits(type, method, stream, bodyLength))
        {
            return FrameStatus.BadShape;
        }

        var size = 4 + (long)length;
        if (buffer.Length < size)
        {
            return FrameStatus.Incomplete;
        }

        frame = new Frame(type, (Method)method, stream, buffer.Slice(LwsConstants.HeaderSize, bodyLength));
        buffer = buffer.Slice(size);
        return FrameStatus.Complete;
    }

    private static bool Fits(FrameType type, ushort method, uint stream, uint bodyLength) => type switch
    {
        FrameType.Request => method is > 0 and < LwsConstants.FirstPush && stream > 0,
        FrameType.Response or FrameType.Error => method == 0 && stream > 0,
        FrameType.Push => method >= LwsConstants.FirstPush && stream == 0,
        FrameType.Ping or FrameType.Pong => method == 0 && bodyLength == 0,
        FrameType.Ready => method == 0 && stream == 0 && bodyLength == 0,
        FrameType.Data => method == 0 && stream > 0 && bodyLength is > 0 and <= LwsConstants.MaxData,
        FrameType.End or FrameType.Stop => method == 0 && stream > 0 && bodyLength == 0,
        FrameType.Credit => method == 0 && bodyLength > 0,
        _ => method == 0 && stream == 0,
    };
}
