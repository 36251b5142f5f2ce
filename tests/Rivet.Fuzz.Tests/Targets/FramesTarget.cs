using System.Buffers;
using System.Buffers.Binary;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Tests.Frames;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>
/// Frames out of a stream of bytes, however it is cut. Input: a byte that chooses the limit, a byte that chooses the cut, the stream.
/// </summary>
internal static class FramesTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return;
        }

        var limit = (input[0] & 1) == 0 ? LwsConstants.MaxHandshakeFrame : LwsConstants.MaxFrame;
        var stream = input[2..].ToArray();
        var rest = stream.Length == 0 ? default : Pieces.Of(stream, 1 + (input[1] % 24));
        for (var at = 0; ;)
        {
            var before = rest;
            var (expected, size) = FrameModel.Read(stream.AsSpan(at), limit);
            var status = FrameReader.TryRead(ref rest, limit, out var frame);
            Promise.Holds(status == expected, $"at {at} the page says {expected}, the reader {status}");
            if (status != FrameStatus.Complete)
            {
                Promise.Holds(rest.Length == before.Length && frame == default, "nothing is consumed or given but a whole frame");
                JudgesPrefixesAlike(stream.AsSpan(at), limit, status);
                return;
            }

            Promise.Holds(before.Length - rest.Length == size, "exactly the frame is consumed");
            Promise.Holds(frame.Body.ToArray().AsSpan().SequenceEqual(stream.AsSpan(at + 12, size - 12)), "the body is the bytes behind the header");
            Promise.Holds(
                (byte)frame.Type == stream[at + 4] && (ushort)frame.Method == BinaryPrimitives.ReadUInt16BigEndian(stream.AsSpan(at + 6))
                && frame.Stream == BinaryPrimitives.ReadUInt32BigEndian(stream.AsSpan(at + 8)), "the header's fields are given as sent");
            at += size;
        }
    }

    /// <summary>More bytes never make a refused beginning good, and a good one is never refused early.</summary>
    private static void JudgesPrefixesAlike(ReadOnlySpan<byte> bytes, int limit, FrameStatus status)
    {
        for (var length = 0; length <= Math.Min(bytes.Length, LwsConstants.HeaderSize); length++)
        {
            var prefix = new ReadOnlySequence<byte>(bytes[..length].ToArray());
            var early = FrameReader.TryRead(ref prefix, limit, out _);
            Promise.Holds(early == FrameStatus.Incomplete || early == status, $"{length} bytes gave {early}, all of them {status}");
        }
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds() =>
    [
        ("conversation", [0, 3, .. Frame(FrameType.Ready, 0, 0, 0), .. Frame(FrameType.Request, 1, 1, 4), .. Frame(FrameType.Ping, 0, 7, 0)]),
        ("stream", [1, 0, .. Frame(FrameType.Data, 0, 3, 5), .. Frame(FrameType.Credit, 0, 0, 3), .. Frame(FrameType.End, 0, 3, 0)]),
        ("push-cut", [1, 11, .. Frame(FrameType.Push, 0x8001, 0, 20)[..^1]]),
        ("oversized", [0, 5, 0, 0, 16, 0, 5, 0, 0, 1, 0, 0, 0, 1]),
    ];

    /// <summary>A whole frame around so many bytes of body.</summary>
    internal static byte[] Frame(FrameType type, ushort method, uint stream, int body)
    {
        var frame = new byte[LwsConstants.HeaderSize + body];
        FrameWriter.Write(frame, type, (Wire.Method)method, stream, [.. Enumerable.Repeat((byte)0x08, body)]);
        return frame;
    }
}
