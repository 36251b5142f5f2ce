using System.Buffers;
using System.Buffers.Binary;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Lws.Noise;
using Rivet.Lws.Records;
using Rivet.Lws.Tests.Frames;

namespace Rivet.Fuzz.Tests.Targets;

/// <summary>
/// Records under a known key. Input: a byte that chooses cipher and way, then a plaintext that is sealed honestly (even with frames no
/// end would send), or bytes as they come, or a plaintext whose record is changed on its way.
/// </summary>
internal static class RecordsTarget
{
    private static readonly LinkAeads Aeads = new();
    private static readonly byte[] Key = [.. Enumerable.Range(0, AeadSizes.Key).Select(value => (byte)value)];

    public static void Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1)
        {
            return;
        }

        var suite = (input[0] & 1) == 0 ? AeadSuite.Aes256Gcm : AeadSuite.ChaCha20Poly1305;
        using var opener = new RecordOpener(Aeads, suite, Aeads.Create(suite, Key));
        switch ((input[0] >> 1) & 3)
        {
            case 0 or 3:
                Sealed(opener, suite, input[1..].ToArray());
                break;
            case 1:
                Raw(opener, input[1..].ToArray());
                break;
            default:
                Changed(opener, suite, input[1..]);
                break;
        }
    }

    private static void Sealed(RecordOpener opener, AeadSuite suite, byte[] plaintext)
    {
        var record = Seal(suite, 0, plaintext);
        var opened = Open(opener, record);
        if (plaintext.Length < LwsConstants.HeaderSize)
        {
            Promise.Holds(opened is null, "a record shorter than a frame is refused");
            return;
        }

        if (plaintext.AsSpan().IndexOfAnyExcept((byte)0) is < 0 or > 3)
        {
            Promise.Holds(opened is null, "a record without a frame is refused");
            return;
        }

        Promise.Holds(opened is not null && opened.AsSpan().SequenceEqual(plaintext), "what was sealed opens to itself");
        ReadFrames(plaintext);
        Promise.Holds(Open(opener, record) is null, "a replay is refused");
    }

    /// <summary>Frames, then zeros, after a second reading of §6.</summary>
    private static void ReadFrames(byte[] plaintext)
    {
        var rest = Pieces.Of(plaintext, 1 + (plaintext[^1] % 40));
        for (var at = 0; ;)
        {
            var left = plaintext.AsSpan(at);
            var (status, size) = left.IndexOfAnyExcept((byte)0) < 0 ? (FrameStatus.End, 0) : FrameModel.Read(left, LwsConstants.MaxFrame);
            var given = RecordFrames.TryRead(ref rest, out var frame);
            Promise.Holds(given == (status == FrameStatus.Incomplete ? FrameStatus.BadLength : status), $"at {at} the page says {status}, the reader {given}");
            if (given != FrameStatus.Complete)
            {
                return;
            }

            at += size;
            Promise.Holds(frame.Body.Length == size - LwsConstants.HeaderSize && rest.Length == plaintext.Length - at, "exactly the frame is consumed");
        }
    }

    private static void Raw(RecordOpener opener, byte[] received)
    {
        var length = received.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(received);
        var expected = received.Length < 4 ? RecordStatus.Incomplete
            : length is < 28 or > 1_048_592 ? RecordStatus.BadLength
            : received.Length - 4 < length ? RecordStatus.Incomplete : RecordStatus.Complete;
        var status = RecordOpener.Find(received.Length == 0 ? default : Pieces.Of(received, 3), out var plaintext);
        Promise.Holds(status == expected, $"the page says {expected}, the opener {status}");
        if (status == RecordStatus.Complete)
        {
            Promise.Holds(plaintext == length - 16, "the plaintext's size follows from the length");
            Promise.Holds(Open(opener, received) is null, "bytes that nobody sealed do not open");
        }
    }

    /// <summary>Behind the way: two bytes where, one how, the plaintext.</summary>
    private static void Changed(RecordOpener opener, AeadSuite suite, ReadOnlySpan<byte> input)
    {
        if (input.Length < 3 + LwsConstants.HeaderSize)
        {
            return;
        }

        var record = Seal(suite, 0, input[3..]);
        var honest = record.AsSpan().ToArray();
        record[4 + (BinaryPrimitives.ReadUInt16BigEndian(input) % (record.Length - 4))] ^= input[2];
        var opened = Open(opener, record);
        var isFrameless = input[3..7].IndexOfAnyExcept((byte)0) < 0;
        Promise.Holds(opened is null == (input[2] != 0 || isFrameless), "a changed record is refused, an unchanged one with a frame is not");
        Promise.Holds(Open(opener, honest) is null, "behind a refused record nothing opens, and nothing opens twice");
        var following = Open(opener, Seal(suite, 1, input[3..]));
        Promise.Holds(opened is null || following is null, "behind a refused record not even the next honest one opens");
    }

    private static byte[]? Open(RecordOpener opener, byte[] record)
    {
        var received = Pieces.Of(record, 1000);
        if (RecordOpener.Find(received, out var plaintext) != RecordStatus.Complete)
        {
            return null;
        }

        var guard = new byte[plaintext + AeadSizes.Tag + 8];
        guard.AsSpan(^8..).Fill(0xcc);
        var opened = Promise.Now(opener.OpenAsync(received, plaintext, guard.AsMemory(..^8)));
        Promise.Holds(guard.AsSpan(^8..).IndexOfAnyExcept((byte)0xcc) < 0, "nothing is written behind the buffer");
        return opened ? guard[..plaintext] : null;
    }

    /// <summary>Exactly these bytes as a record, without the sealer's padding.</summary>
    private static byte[] Seal(AeadSuite suite, ulong counter, ReadOnlySpan<byte> plaintext)
    {
        var record = new byte[RecordLimits.Overhead + plaintext.Length];
        BinaryPrimitives.WriteInt32BigEndian(record, plaintext.Length + AeadSizes.Tag);
        var nonce = new byte[AeadSizes.Nonce];
        CipherState.WriteNonce(suite, counter, nonce);
        using var key = Aeads.Create(suite, Key);
        var sealing = key.SealAsync(nonce, record.AsMemory(..4), plaintext.ToArray(), record.AsMemory(4..));
        Promise.Holds(sealing.IsCompletedSuccessfully, "sealing in memory is done at once");
        return record;
    }

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds()
    {
        byte[] frames = [.. FramesTarget.Frame(FrameType.Ready, 0, 0, 0), .. FramesTarget.Frame(FrameType.Request, 1, 1, 4)];
        return
        [
            ("first", [0, .. frames, .. new byte[36]]),
            ("chacha", [1, .. frames]),
            ("cut", [0, .. frames[..^1]]),
            ("zeros-and-more", [0, .. frames, .. new byte[9], 1]),
            ("raw", [2, .. Seal(AeadSuite.Aes256Gcm, 1, frames)]),
            ("changed", [4, 0, 9, 1, .. frames]),
            ("unchanged", [5, 0, 9, 0, .. frames]),
        ];
    }
}
