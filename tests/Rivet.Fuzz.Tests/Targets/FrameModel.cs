using System.Buffers.Binary;
using Rivet.Lws.Frames;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>A second reading of docs/protocol/lws.md §3, as a table, to compare the product's with.</summary>
internal static class FrameModel
{
    private const byte Method = 1, PushMethod = 2, Stream = 4, AnyStream = 8, Body = 16, AnyBody = 32, Data = 64;

    /// <summary>What may or must stand in a frame, by type minus 4: welcome, request, … stop.</summary>
    private static readonly byte[] Rules =
    [
        AnyBody, Method | Stream | AnyBody, Stream | AnyBody, Stream | AnyBody, PushMethod | AnyBody, AnyStream, AnyStream, AnyBody, 0,
        AnyBody, AnyBody, AnyBody, AnyBody, AnyBody, Stream | Data, Stream, AnyStream | Body, Stream,
    ];

    public static (FrameStatus Status, int Size) Read(ReadOnlySpan<byte> bytes, int limit)
    {
        if (bytes.Length < 4)
        {
            return (FrameStatus.Incomplete, 0);
        }

        long size = 4L + BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (size < 12 || size > limit)
        {
            return (FrameStatus.BadLength, 0);
        }

        if (bytes.Length < 12)
        {
            return (FrameStatus.Incomplete, 0);
        }

        var (type, method, stream, body) = (bytes[4] - 4, (bytes[6] << 8) | bytes[7], BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]), size - 12);
        if (type < 0 || type >= Rules.Length)
        {
            return (FrameStatus.BadType, 0);
        }

        if (bytes[5] != 0)
        {
            return (FrameStatus.BadFlags, 0);
        }

        var rule = Rules[type];
        var fits = ((rule & Method) != 0 ? method is >= 1 and <= 0x7fff : (rule & PushMethod) != 0 ? method >= 0x8000 : method == 0)
            && ((rule & AnyStream) != 0 || (rule & Stream) != 0 == stream > 0)
            && ((rule & AnyBody) != 0 || ((rule & (Body | Data)) != 0 ? body > 0 : body == 0))
            && ((rule & Data) == 0 || body <= 65_536);
        return !fits ? (FrameStatus.BadShape, 0) : bytes.Length < size ? (FrameStatus.Incomplete, 0) : (FrameStatus.Complete, (int)size);
    }
}
