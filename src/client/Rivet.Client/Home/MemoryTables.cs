namespace Rivet.Client.Home;

/// <summary>Records held in memory: those of each kind ordered by key.</summary>
internal sealed class MemoryTables
{
    private readonly List<HomeRecord>[] kinds = [.. Enumerable.Range(0, (int)Enum.GetValues<RecordKind>().Max() + 1).Select(_ => new List<HomeRecord>())];
    private long arrivals;

    public List<HomeRecord> Of(RecordKind kind) => kinds[(int)kind];

    public byte[]? Find(RecordKind kind, byte[] key) => Seek(kind, key, out var at) ? Of(kind)[at].Value : null;

    public HomeRecord? FindRecord(RecordKind kind, byte[] key) => Seek(kind, key, out var at) ? Of(kind)[at] : null;

    /// <summary>Writes a record, or removes it with null; gives what was there.</summary>
    public HomeRecord? Set(RecordKind kind, byte[] key, byte[]? value)
    {
        var rows = Of(kind);
        if (!Seek(kind, key, out var at))
        {
            if (value is not null)
            {
                rows.Insert(at, new HomeRecord(++arrivals, key, value));
            }

            return null;
        }

        var before = rows[at];
        if (value is null)
        {
            rows.RemoveAt(at);
        }
        else
        {
            rows[at] = rows[at] with { Value = value };
        }

        return before;
    }

    /// <summary>Takes a change back; what was deleted keeps its place in the order of arrival.</summary>
    public void Restore(RecordKind kind, byte[] key, HomeRecord? before)
    {
        Set(kind, key, before?.Value);
        if (before is { } record && Seek(kind, key, out var at))
        {
            Of(kind)[at] = record;
            arrivals = Math.Max(arrivals, record.Arrival);
        }
    }

    public HomeRecord[] Range(RecordKind kind, byte[] from, byte[] to, int limit)
    {
        Seek(kind, from, out var first);
        Seek(kind, to, out var end);
        return end <= first ? [] : [.. Of(kind).GetRange(first, Math.Min(limit, end - first))];
    }

    private bool Seek(RecordKind kind, byte[] key, out int at)
    {
        var rows = Of(kind);
        int low = 0, high = rows.Count - 1;
        while (low <= high)
        {
            at = (low + high) / 2;
            var order = rows[at].Key.AsSpan().SequenceCompareTo(key);
            if (order == 0)
            {
                return true;
            }

            (low, high) = order < 0 ? (at + 1, high) : (low, at - 1);
        }

        at = low;
        return false;
    }
}
