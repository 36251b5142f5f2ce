using System.Buffers;
using System.Buffers.Binary;
using Rivet.Cryptography;

namespace Rivet.Lws.Records;

/// <summary>What looking for a record gave.</summary>
public enum RecordStatus
{
    /// <summary>A whole record lies at the buffer's beginning.</summary>
    Complete,

    /// <summary>More bytes are needed; what is there so far breaks no rule.</summary>
    Incomplete,

    /// <summary>The length is that of no record.</summary>
    BadLength,
}

/// <summary>
/// Opens records, in order (docs/protocol/lws.md, Records). One call at a time; allocates nothing but at the rare change of
/// keys. After a record that did not open nothing opens any more.
/// </summary>
/// <param name="factory">Makes the key's successors.</param>
/// <param name="suite">The cipher the handshake chose.</param>
/// <param name="key">The direction's first key; becomes this object's.</param>
public sealed class RecordOpener(IAeadFactory factory, AeadSuite suite, IAeadKey key) : IDisposable
{
    private readonly DirectionKey direction = new(factory, suite, key);
    private readonly byte[] header = new byte[RecordLimits.HeaderSize];
    private bool broken;

    /// <summary>Judges the length as soon as it is there, so that an oversized record is refused before it arrives.</summary>
    /// <param name="received">What was received.</param>
    /// <param name="plaintext">The bytes that opening will write, when complete.</param>
    public static RecordStatus Find(in ReadOnlySequence<byte> received, out int plaintext)
    {
        plaintext = 0;
        if (received.Length < RecordLimits.HeaderSize)
        {
            return RecordStatus.Incomplete;
        }

        Span<byte> bytes = stackalloc byte[RecordLimits.HeaderSize];
        received.Slice(0, RecordLimits.HeaderSize).CopyTo(bytes);
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length is < LwsConstants.HeaderSize + AeadSizes.Tag or > RecordLimits.MaxPlaintext + AeadSizes.Tag)
        {
            return RecordStatus.BadLength;
        }

        plaintext = (int)length - AeadSizes.Tag;
        return received.Length < RecordLimits.HeaderSize + (long)length ? RecordStatus.Incomplete : RecordStatus.Complete;
    }

    /// <summary>
    /// Opens the record at the beginning, found complete by <see cref="Find"/>; false when it was changed, replayed,
    /// reordered, is not this connection's or holds no frame. The buffer needs <see cref="AeadSizes.Tag"/> bytes more than the plaintext.
    /// </summary>
    public async ValueTask<bool> OpenAsync(ReadOnlySequence<byte> received, int plaintext, Memory<byte> buffer)
    {
        if (broken)
        {
            return false;
        }

        var size = plaintext + AeadSizes.Tag;
        received.Slice(0, RecordLimits.HeaderSize).CopyTo(header);
        received.Slice(RecordLimits.HeaderSize, size).CopyTo(buffer.Span);
        await direction.AdvanceAsync(plaintext);
        broken = !await direction.Key.OpenAsync(direction.Nonce, header, buffer[..size], buffer[..plaintext])
            || BinaryPrimitives.ReadUInt32BigEndian(buffer.Span) == 0;
        return !broken;
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => direction.Dispose();
}
