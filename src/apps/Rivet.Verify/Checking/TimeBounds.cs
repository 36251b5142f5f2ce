namespace Rivet.Verify;

/// <summary>
/// Between which times an entry happened, by the clocks of witnesses: what stands behind a checkpoint that one saw happened no more than five
/// minutes before, what stands within it no more than five minutes after. Asked for entries in their order.
/// </summary>
internal sealed class TimeBounds
{
    private static readonly long Tolerance = (long)TimeSpan.FromMinutes(5).TotalMilliseconds;
    private readonly (long Size, long Earliest, long Latest)[] seen;
    private int passed;

    public TimeBounds(IEnumerable<SignedCheckpoint> checkpoints)
    {
        seen = [.. checkpoints.Where(one => one.SeenAt is not null)
            .Select(one => (one.Checkpoint.Size, At: one.SeenAt!.Value.ToUnixTimeMilliseconds()))
            .OrderBy(one => one.Size)
            .Select(one => (one.Size, one.At - Tolerance, one.At + Tolerance))];
        for (var at = 1; at < seen.Length; at++)
        {
            seen[at].Earliest = Math.Max(seen[at].Earliest, seen[at - 1].Earliest);
        }

        for (var at = seen.Length - 2; at >= 0; at--)
        {
            seen[at].Latest = Math.Min(seen[at].Latest, seen[at + 1].Latest);
        }
    }

    /// <summary>What an entry's time says against its place, with the bound it is beyond; null when it may be so.</summary>
    public (FindingKind Kind, long Bound)? Judge(long index, long atMs)
    {
        while (passed < seen.Length && seen[passed].Size <= index)
        {
            passed++;
        }

        if (passed > 0 && atMs < seen[passed - 1].Earliest)
        {
            return (FindingKind.BackDated, seen[passed - 1].Earliest + Tolerance);
        }

        return passed < seen.Length && atMs > seen[passed].Latest ? (FindingKind.PostDated, seen[passed].Latest - Tolerance) : null;
    }
}
