namespace Rivet.Lws.Records;

/// <summary>
/// How long a record's plaintext is made, so that its length on the wire says little of what is in it
/// (docs/protocol/lws.md, Records). Bulk is exempt: its length is known anyway, from how much of it there is.
/// </summary>
public static class RecordPadding
{
    private const int Step = 64;
    private const int FineTo = 256;
    private const int OctavesTo = 4 * 1024;
    private const int CoarseStep = 1024;
    private const int CoarseTo = 16 * 1024;

    /// <summary>
    /// The bucket of a size: multiples of 64 to 256, then two buckets an octave to 4,096, multiples of 1,024 to 16,384, and
    /// beyond that the size itself.
    /// </summary>
    public static int Bucket(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (size <= FineTo)
        {
            return (size + Step - 1) / Step * Step;
        }

        if (size > OctavesTo)
        {
            return size > CoarseTo ? size : (size + CoarseStep - 1) / CoarseStep * CoarseStep;
        }

        // Between 2^k and 2^(k+1) lies one bucket more, in the middle.
        var octave = 1 << (31 - int.LeadingZeroCount(size - 1));
        return size <= octave + (octave / 2) ? octave + (octave / 2) : octave * 2;
    }
}
