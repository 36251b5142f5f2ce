namespace Rivet.Lws.Records;

/// <summary>The constants of records (docs/protocol/lws.md, Records). Changing one is another version.</summary>
public static class RecordLimits
{
    /// <summary>Bytes before the ciphertext: its length with the tag.</summary>
    public const int HeaderSize = 4;

    /// <summary>Bytes a record adds to its padded frames.</summary>
    public const int Overhead = HeaderSize + Cryptography.AeadSizes.Tag;

    /// <summary>The most plaintext in a record: one largest frame. What is larger is never padded, so that it fits.</summary>
    public const int MaxPlaintext = LwsConstants.MaxFrame;

    /// <summary>The largest whole record.</summary>
    public const int MaxRecord = MaxPlaintext + Overhead;

    /// <summary>A key seals at most so many records, then its successor does.</summary>
    public const ulong RecordsPerKey = 1 << 16;

    /// <summary>A key seals at most so many bytes of plaintext.</summary>
    public const long BytesPerKey = 1L << 30;
}
