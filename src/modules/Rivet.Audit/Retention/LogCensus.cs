using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Retention;

/// <summary>Counts the entries of a log by class and month, from their clear heads, each once; beside the log, so that appending costs nothing.</summary>
internal sealed class LogCensus(IStore store)
{
    private const int Step = 20 * TilePath.FullWidth;

    /// <summary>How far a clock may have been behind an earlier entry's without anything being said of it.</summary>
    private static readonly long Disorder = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    /// <summary>Counts what was added; whether all of the log is counted then.</summary>
    /// <param name="company">Whose log.</param>
    /// <param name="now">A time that is believed.</param>
    /// <param name="most">How many entries at most, about.</param>
    /// <param name="ct">Stops between two steps.</param>
    public async Task<bool> CountAsync(CompanyId company, DateTimeOffset now, long most, CancellationToken ct)
    {
        for (long counted = 0; counted < most; counted += Step)
        {
            var (keeping, size, entries) = await store.ReadAsync(
                session =>
                {
                    var keeping = RetentionTable.Find(session, company);
                    return (keeping, LogTable.SizeOf(session, company), LogTable.Entries(session, company, keeping.NextIndex, keeping.NextIndex + Step));
                },
                ct);
            if (keeping.NextIndex >= size)
            {
                return true;
            }

            // Where the store was damaged nothing is counted, and so nothing destroyed.
            if (entries.Count == 0 || !await store.WriteAsync(transaction => Add(transaction, company, keeping, entries, now.ToUnixTimeMilliseconds()), ct))
            {
                return false;
            }
        }

        return false;
    }

    private static bool Add(WriteTransaction transaction, CompanyId company, Keeping from, List<ReadOnlyMemory<byte>> entries, long nowMs)
    {
        var keeping = RetentionTable.Find(transaction, company);
        if (keeping.NextIndex != from.NextIndex)
        {
            return false;
        }

        var newest = keeping.NewestMs;
        var months = new Dictionary<(int Class, KeyPeriod Month), (long Entries, long SeenMs)>();
        foreach (var bytes in entries)
        {
            if (!LogEntry.TryRead(bytes, out var entry) || entry.AtMs >= ClassMonth.EndOfTimeMs)
            {
                continue;
            }

            var key = (entry.Class, KeyPeriod.Of(DateTimeOffset.FromUnixTimeMilliseconds(entry.AtMs)));
            var seen = newest - entry.AtMs > Disorder ? Math.Min(newest, nowMs) : entry.AtMs;
            var known = months.GetValueOrDefault(key);
            months[key] = (known.Entries + 1, Math.Max(known.SeenMs, seen));
            newest = Math.Max(newest, entry.AtMs);
        }

        foreach (var (key, more) in months)
        {
            RetentionTable.Count(transaction, company, new ClassMonth(key.Class, key.Month, more.Entries, more.SeenMs, 0));
        }

        // What came while the clock was ahead must not make all that follows look late.
        RetentionTable.Put(transaction, company, keeping with { NextIndex = from.NextIndex + entries.Count, NewestMs = Math.Min(newest, nowMs) });
        return true;
    }
}
