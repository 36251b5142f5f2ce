using System.Buffers;
using System.Buffers.Binary;

namespace Rivet.Bench.Peers;

/// <summary>The product's framing and nothing else: length, type, flags, method, stream, body (docs/protocol/lws.md).</summary>
internal static class BareFrames
{
    public const int HeaderSize = 12;
    public const byte Request = 5;
    public const byte Response = 6;
    public const byte Push = 8;

    public static bool TryRead(ref ReadOnlySequence<byte> input, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (input.Length < HeaderSize)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[4];
        input.Slice(0, 4).CopyTo(head);
        var length = 4 + BinaryPrimitives.ReadInt32BigEndian(head);
        if (length is < HeaderSize or > 1 << 20)
        {
            throw new InvalidDataException("A frame breaks its bounds.");
        }

        if (input.Length < length)
        {
            return false;
        }

        frame = input.Slice(0, length);
        input = input.Slice(length);
        return true;
    }

    public static void WriteHeader(Span<byte> destination, byte type, ushort method, uint stream, int bodyLength)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, HeaderSize - 4 + bodyLength);
        destination[4] = type;
        destination[5] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], method);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], stream);
    }
}
