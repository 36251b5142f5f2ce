namespace Rivet.Backup;

/// <summary>
/// Cuts a table's rows into segments of about a mebibyte. Where is decided by the beginning of a row, its key, alone: rows that are added or changed
/// move no cut elsewhere, so what did not change is a segment that is known already.
/// </summary>
internal sealed class SegmentCutter(Action<ReadOnlySpan<byte>> take)
{
    private const int Usual = 1 << 20;
    private const int Least = Usual / 4;
    private const int Most = Usual * 4;
    private const int Looked = 64;
    private byte[] buffer = new byte[Usual * 2];
    private int length;

    public void Add(ReadOnlySpan<byte> row)
    {
        if (length > 0 && length + row.Length > Most)
        {
            End();
        }

        if (buffer.Length - length < row.Length)
        {
            Array.Resize(ref buffer, length + Math.Max(row.Length, buffer.Length));
        }

        row.CopyTo(buffer.AsSpan(length));
        length += row.Length;
        if (length >= Least && IsCut(row))
        {
            End();
        }
    }

    /// <summary>Gives what is held.</summary>
    public void End()
    {
        if (length > 0)
        {
            take(buffer.AsSpan(0, length));
            length = 0;
        }
    }

    /// <summary>The longer a row, the likelier: cuts come a usual distance apart whatever rows are like.</summary>
    private static bool IsCut(ReadOnlySpan<byte> row)
        => Mix(row[..Math.Min(row.Length, Looked)]) < (uint)Math.Min(uint.MaxValue, (ulong)row.Length * (uint.MaxValue / Usual));

    /// <summary>FNV-1a (32 bits) and a last mixing; spreads, secures nothing.</summary>
    private static uint Mix(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 16777619u;
        }

        hash ^= hash >> 16;
        hash *= 0x85ebca6bu;
        return hash ^ (hash >> 13);
    }
}
