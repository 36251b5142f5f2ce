using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Lws.Frames;

/// <summary>Writes frames (docs/protocol/lws.md §3).</summary>
public static class FrameWriter
{
    /// <summary>How many bytes the frame of a body takes.</summary>
    public static int SizeOf(IMessage? body) => LwsConstants.HeaderSize + (body?.CalculateSize() ?? 0);

    /// <summary>Writes a whole frame into exactly <see cref="SizeOf"/> bytes.</summary>
    public static void Write(Span<byte> frame, FrameType type, Method method, uint stream, IMessage? body)
    {
        WriteHeader(frame, type, method, stream, frame.Length - LwsConstants.HeaderSize);
        body?.WriteTo(frame[LwsConstants.HeaderSize..]);
    }

    /// <summary>Writes a whole frame around bytes that are sent as they are.</summary>
    public static void Write(IBufferWriter<byte> output, FrameType type, Method method, uint stream, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(output);
        var size = LwsConstants.HeaderSize + body.Length;
        Write(output.GetSpan(size)[..size], type, method, stream, body);
        output.Advance(size);
    }

    /// <summary>The same into exactly as many bytes as the frame takes.</summary>
    public static void Write(Span<byte> frame, FrameType type, Method method, uint stream, ReadOnlySpan<byte> body)
    {
        WriteHeader(frame, type, method, stream, body.Length);
        body.CopyTo(frame[LwsConstants.HeaderSize..]);
    }

    /// <summary>A frame of its own.</summary>
    public static byte[] ToArray(FrameType type, Method method, uint stream, IMessage? body)
    {
        var frame = new byte[SizeOf(body)];
        Write(frame, type, method, stream, body);
        return frame;
    }

    private static void WriteHeader(Span<byte> frame, FrameType type, Method method, uint stream, int bodyLength)
    {
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)(LwsConstants.HeaderSize - 4 + bodyLength));
        frame[4] = (byte)type;
        frame[5] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(frame[6..], (ushort)method);
        BinaryPrimitives.WriteUInt32BigEndian(frame[8..], stream);
    }
}
