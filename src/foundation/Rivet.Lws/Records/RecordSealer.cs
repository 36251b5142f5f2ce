using System.Buffers.Binary;
using Rivet.Cryptography;

namespace Rivet.Lws.Records;

/// <summary>
/// Seals frames into records, in order (docs/protocol/lws.md, Records). One call at a time; allocates nothing but at the
/// rare change of keys.
/// </summary>
/// <param name="factory">Makes the key's successors.</param>
/// <param name="suite">The cipher the handshake chose.</param>
/// <param name="key">The direction's first key; becomes this object's.</param>
public sealed class RecordSealer(IAeadFactory factory, AeadSuite suite, IAeadKey key) : IDisposable
{
    private readonly DirectionKey direction = new(factory, suite, key);

    /// <summary>The size of the record of so many bytes of frames, padding and all.</summary>
    public static int SizeOf(int frames) => RecordPadding.Bucket(frames) + RecordLimits.Overhead;

    /// <summary>
    /// Seals in place: the frames lie behind <see cref="RecordLimits.HeaderSize"/> bytes of room, the buffer has at least
    /// <see cref="SizeOf"/> bytes. Gives the record, which is the buffer's beginning.
    /// </summary>
    /// <param name="buffer">Room, frames, room.</param>
    /// <param name="frames">Bytes of whole frames, at most <see cref="RecordLimits.MaxPlaintext"/>.</param>
    public async ValueTask<ReadOnlyMemory<byte>> SealAsync(Memory<byte> buffer, int frames)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frames, RecordLimits.MaxPlaintext);
        var padded = RecordPadding.Bucket(frames);
        var record = buffer[..(padded + RecordLimits.Overhead)];
        BinaryPrimitives.WriteInt32BigEndian(record.Span, padded + AeadSizes.Tag);
        record.Span.Slice(RecordLimits.HeaderSize + frames, padded - frames).Clear();

        await direction.AdvanceAsync(padded);
        await direction.Key.SealAsync(
            direction.Nonce, record[..RecordLimits.HeaderSize], record.Slice(RecordLimits.HeaderSize, padded), record[RecordLimits.HeaderSize..]);
        return record;
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => direction.Dispose();
}
