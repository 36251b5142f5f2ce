using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Rivet.Audit.Columns;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Searching;

/// <summary>
/// Looks through a log from its end. Where a segment has columns, they tell which entries to open; elsewhere the entries' headers do. What is
/// found was read from the log itself either way.
/// </summary>
internal sealed class AuditSearch(IStore store, IVault vault, SegmentReader segments, EntryOpening opening, ILogger<AuditSearch> log) : IAuditSearch
{
    /// <summary>Most entries read one by one in one call.</summary>
    internal const int MostRead = 20 * AtATime;

    /// <summary>Entries read and opened at once: whole bundles.</summary>
    internal const int AtATime = 4 * TilePath.FullWidth;

    /// <summary>Most segments whose columns are looked at in one call.</summary>
    internal const int MostSegments = 1024;

    private const int MostFound = 1000;
    private const string Permission = "audit.read";

    public async ValueTask<Result<AuditFound, AuditRefusal>> FindAsync(Permit permit, AuditQuery query, long? before, int count, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(permit);
        ArgumentNullException.ThrowIfNull(query);
        if (permit.Question.Permission.Name != Permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return AuditRefusal.WrongPermit;
        }

        try
        {
            var company = permit.Company;
            var (size, stored) = await store.ReadAsync(session => (LogTable.SizeOf(session, company), ColumnTable.Segments(session, company)), ct);
            var people = query.NamesPeople ? await PeopleNumbers.ReadAsync(store, vault, company, ct) : PeopleNumbers.None(company);
            var look = new Look(company, query.Bounded(), people, size, Math.Clamp(before ?? size, 0, size), Math.Clamp(count, 1, MostFound));
            await LookAsync(look, stored, ct);
            return look.Found();
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }

    private async ValueTask LookAsync(Look look, HashSet<long> stored, CancellationToken ct)
    {
        for (var turn = 0; turn < MostSegments && !look.IsDone; turn++)
        {
            var segment = (look.To - 1) / ColumnBlock.SegmentSize;
            if (!stored.Contains(segment) || !await TryLookInColumnsAsync(look, segment, ct))
            {
                stored.Remove(segment);
                await LookAtEntriesAsync(look, Math.Max(look.Query.FromIndex, segment * ColumnBlock.SegmentSize), ct);
            }
        }
    }

    /// <summary>From the newest of the segment's wanted rows on; false when its columns cannot be read.</summary>
    private async ValueTask<bool> TryLookInColumnsAsync(Look look, long segment, CancellationToken ct)
    {
        try
        {
            var oldestMs = long.MaxValue;
            var blocks = await segments.ReadAsync(
                look.Company, segment,
                (block, head) =>
                {
                    oldestMs = Math.Min(oldestMs, block.MonthMs + head.FirstMs);
                    return look.Filter.PartsFor(block, head)?.Append(ColumnPart.Place);
                },
                ct);
            var first = segment * ColumnBlock.SegmentSize;
            var wanted = blocks.SelectMany(block => Places(block, look.Filter)).Select(place => first + place)
                .Where(index => index < look.To && index >= look.Query.FromIndex).OrderDescending();
            foreach (var indices in wanted.Chunk(AtATime))
            {
                await OpenAsync(look, indices, await store.ReadAsync(session => LogTable.Some(session, look.Company, indices), ct), ct);
                look.To = indices[^1];
                if (look.IsDone)
                {
                    return true;
                }
            }

            look.Reach(Math.Max(first, look.Query.FromIndex), DateTimeOffset.FromUnixTimeMilliseconds(oldestMs));
            return true;
        }
        catch (InvalidDataException exception)
        {
            await segments.ForgetAsync(look.Company, segment, exception, ct);
            return false;
        }
        catch (LogUnavailableException) when (!look.Query.LooksInside)
        {
            // A key that is withheld hides the columns; what entries say openly can still be found.
            return false;
        }
    }

    /// <summary>Entry by entry, some bundles at a time, down to an index.</summary>
    private async ValueTask LookAtEntriesAsync(Look look, long downTo, CancellationToken ct)
    {
        while (look.To > downTo && !look.IsDone)
        {
            var from = Math.Max(downTo, (look.To - 1) / AtATime * AtATime);
            var stored = await store.ReadAsync(session => LogTable.Stretch(session, look.Company, from, look.To), ct);
            var heads = stored.ConvertAll(bytes => LogEntry.TryRead(bytes, out var read) ? read : null);
            var left = Enumerable.Range(0, stored.Count).Reverse().Where(at => QueryMatch.Openly(look.Query, heads[at])).ToArray();
            look.Read += stored.Count - left.Length;
            await OpenAsync(look, Array.ConvertAll(left, at => from + at), [.. left.Select(at => stored[at])], ct);
            look.Reach(from, heads.Find(head => head is not null) is { } oldest ? DateTimeOffset.FromUnixTimeMilliseconds(oldest.AtMs) : null);
        }
    }

    private async ValueTask OpenAsync(Look look, long[] indices, IReadOnlyList<ReadOnlyMemory<byte>> stored, CancellationToken ct)
    {
        look.Read += indices.Length;
        foreach (var entry in await opening.OpenAsync(look.Company, indices, stored, ct))
        {
            if (!look.Query.LooksInside || QueryMatch.Inside(look.Query, entry))
            {
                look.Take(entry);
            }
        }
    }

    private static List<ushort> Places(ColumnBlock block, BlockFilter filter)
    {
        var wanted = new List<ushort>();
        if (filter.Rows(block, ColumnHead.Read(block[ColumnPart.Head]!.Value)) is { } rows)
        {
            var places = MemoryMarshal.Cast<byte, ushort>(block[ColumnPart.Place]!.Value.Span);
            for (var row = 0; row < rows.Length; row++)
            {
                if (rows[row])
                {
                    wanted.Add(places[row]);
                }
            }
        }

        return wanted;
    }

    /// <summary>One call's way from newer to older.</summary>
    private sealed class Look(CompanyId company, AuditQuery query, PeopleNumbers people, long size, long top, int count)
    {
        private readonly List<AuditEntry> entries = [];
        private readonly long begun = top;
        private DateTimeOffset? backTo;

        public CompanyId Company => company;

        public AuditQuery Query => query;

        public BlockFilter Filter { get; } = new(company, query, people);

        /// <summary>Everything from here on was looked at.</summary>
        public long To { get; set; } = top;

        /// <summary>Entries read one by one.</summary>
        public long Read { get; set; }

        public bool IsDone => To <= query.FromIndex || entries.Count >= count || Read >= MostRead;

        public void Take(AuditEntry entry) => entries.Add(entry);

        public void Reach(long to, DateTimeOffset? oldest) => (To, backTo) = (to, oldest ?? backTo);

        public AuditFound Found() => new()
        {
            Entries = entries.Count <= count ? entries : entries[..count],
            Next = entries.Count > count ? entries[count - 1].Index : To > query.FromIndex ? To : null,
            Looked = begun - To,
            LookedBackTo = backTo ?? (entries.Count > 0 ? entries[^1].Event.At : null),
            Size = size,
        };
    }
}
