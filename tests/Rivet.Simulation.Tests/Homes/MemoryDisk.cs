using Rivet.Container;

namespace Rivet.Simulation.Tests;

/// <summary>What a home has written: rows of each kind ordered by key, as the container keeps them. Survives the process.</summary>
internal sealed class MemoryDisk
{
    private readonly List<Record>[] kinds = [.. Enumerable.Range(0, 13).Select(_ => new List<Record>())];
    private long arrivals;

    public List<Record> Of(RecordKind kind) => kinds[(int)kind];

    public byte[]? Find(RecordKind kind, byte[] key) => Seek(kind, key, out var at) ? Of(kind)[at].Value : null;

    /// <summary>Writes a record, or removes it with null; gives what was there.</summary>
    public Record? Set(RecordKind kind, byte[] key, byte[]? value)
    {
        var rows = Of(kind);
        if (!Seek(kind, key, out var at))
        {
            if (value is not null)
            {
                rows.Insert(at, new Record(++arrivals, key, value));
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
    public void Restore(RecordKind kind, byte[] key, Record? before)
    {
        Set(kind, key, before?.Value);
        if (before is { } record && Seek(kind, key, out var at))
        {
            Of(kind)[at] = record;
        }
    }

    public Record[] Range(RecordKind kind, byte[] from, byte[] to, int limit)
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
