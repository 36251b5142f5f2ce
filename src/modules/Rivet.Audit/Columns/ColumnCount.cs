using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Rivet.Audit.Entries;
using Rivet.Audit.Searching;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Columns;

/// <summary>One counting over a log. Memory holds a few blocks at a time and the counts; nothing is written anywhere.</summary>
internal sealed class ColumnCount(
    IStore store, SegmentReader segments, EntryOpening opening, PeopleNumbers people, AuditQuery query, IReadOnlyList<AuditGrouping> groupings, long size)
{
    private readonly BlockFilter filter = new(people.Company, query, people);
    private readonly ConcurrentBag<Tally> tallies = [];
    private readonly ConcurrentQueue<long> damaged = [];
    private long opened;

    private CompanyId Company => people.Company;

    private bool LooksInside => filter.LooksInside || groupings.Any(grouping => grouping.By is AuditDimension.Actor or AuditDimension.Person or AuditDimension.TargetKind);

    public async ValueTask<AuditCounts> RunAsync(CancellationToken ct)
    {
        var stored = await store.ReadAsync(session => ColumnTable.Segments(session, Company), ct);
        var (made, read, from) = Plan(stored);
        from = query.Text is null ? await CountAllAsync(made, read, from, ct) : await CountOpenedAsync(made, read, from, ct);
        var total = NewTally();
        foreach (var tally in tallies)
        {
            total.Add(tally);
        }

        return new AuditCounts(total.Total, [.. total.Groups.Select(group => group.Group())], from, size);
    }

    /// <summary>Which segments have columns, and which of the newest others are read entry by entry; and where the counting begins.</summary>
    private (List<long> Made, List<long> Read, long From) Plan(HashSet<long> stored)
    {
        var (made, read) = (new List<long>(), new List<long>());
        var first = Math.Min(query.FromIndex, size) / ColumnBlock.SegmentSize;
        for (var segment = (size - 1) / ColumnBlock.SegmentSize; size > 0 && segment >= first; segment--)
        {
            if ((segment + 1) * ColumnBlock.SegmentSize <= size && stored.Contains(segment))
            {
                read.Add(segment);
            }
            else if (made.Count < AuditAnalysis.MostMade)
            {
                made.Add(segment);
            }
            else
            {
                return (made, read, (segment + 1) * ColumnBlock.SegmentSize);
            }
        }

        return (made, read, query.FromIndex);
    }

    private async ValueTask<long> CountAllAsync(List<long> made, List<long> read, long from, CancellationToken ct)
    {
        foreach (var segment in made)
        {
            await InTallyAsync(tally => CountMadeAsync(tally, segment, ct));
        }

        await Parallel.ForEachAsync(
            read, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct },
            (segment, stop) => InTallyAsync(tally => CountStoredAsync(tally, segment, stop)));
        while (damaged.TryDequeue(out var segment))
        {
            await InTallyAsync(tally => CountMadeAsync(tally, segment, ct));
        }

        return from;
    }

    /// <summary>With a text, from newer to older, until enough entries were opened.</summary>
    private async ValueTask<long> CountOpenedAsync(List<long> made, List<long> read, long from, CancellationToken ct)
    {
        foreach (var segment in made.Concat(read).OrderDescending())
        {
            if (opened >= AuditAnalysis.MostOpened)
            {
                return (segment + 1) * ColumnBlock.SegmentSize;
            }

            await InTallyAsync(tally => made.Contains(segment) ? CountMadeAsync(tally, segment, ct) : CountStoredAsync(tally, segment, ct));
            if (damaged.TryDequeue(out _))
            {
                await InTallyAsync(tally => CountMadeAsync(tally, segment, ct));
            }
        }

        return from;
    }

    private async ValueTask InTallyAsync(Func<Tally, ValueTask> work)
    {
        var tally = tallies.TryTake(out var free) ? free : NewTally();
        try
        {
            await work(tally);
        }
        finally
        {
            tallies.Add(tally);
        }
    }

    private async ValueTask CountMadeAsync(Tally tally, long segment, CancellationToken ct)
    {
        var to = Math.Min(size, (segment + 1) * ColumnBlock.SegmentSize);
        foreach (var block in await segments.MakeAsync(Company, segment, to, LooksInside, people.NumberOf, ct))
        {
            var head = ColumnHead.Read(block[ColumnPart.Head]!.Value);
            if (filter.PartsFor(block, head) is not null)
            {
                await CountBlockAsync(tally, block, head, ct);
            }
        }
    }

    private async ValueTask CountStoredAsync(Tally tally, long segment, CancellationToken ct)
    {
        IReadOnlyList<ColumnBlock> blocks;
        try
        {
            blocks = await segments.ReadAsync(Company, segment, (block, head) => PartsFor(tally, block, head), ct);
        }
        catch (InvalidDataException exception)
        {
            await segments.ForgetAsync(Company, segment, exception, ct);
            damaged.Enqueue(segment);
            return;
        }

        foreach (var block in blocks)
        {
            await CountBlockAsync(tally, block, ColumnHead.Read(block[ColumnPart.Head]!.Value), ct);
        }
    }

    private IEnumerable<ColumnPart>? PartsFor(Tally tally, ColumnBlock block, ColumnHead head)
        => filter.PartsFor(block, head) is { } parts
            ? [.. parts, .. tally.Groups.SelectMany(group => group.PartsFor(block, head)), .. NeedsPlaces(block.Segment) ? [ColumnPart.Place] : Array.Empty<ColumnPart>()]
            : null;

    private bool NeedsPlaces(long segment) => query.Text is not null || query.FromIndex > segment * ColumnBlock.SegmentSize;

    private async ValueTask CountBlockAsync(Tally tally, ColumnBlock block, ColumnHead head, CancellationToken ct)
    {
        if (filter.Rows(block, head) is not { } rows)
        {
            return;
        }

        if (NeedsPlaces(block.Segment))
        {
            await NarrowAsync(block, rows, ct);
        }

        var count = rows.AsSpan().Count(true);
        if (count > 0)
        {
            tally.Total += count;
            tally.Groups.ForEach(group => group.Add(block, head, rows));
        }
    }

    /// <summary>By what columns do not tell: where the query begins, and the text.</summary>
    private async ValueTask NarrowAsync(ColumnBlock block, bool[] rows, CancellationToken ct)
    {
        var first = block.Segment * ColumnBlock.SegmentSize;
        var wanted = Places(block, rows).Where(row => first + row.Place >= query.FromIndex).ToArray();
        Array.Clear(rows);
        if (query.Text is null)
        {
            Array.ForEach(wanted, row => rows[row.Row] = true);
            return;
        }

        opened += wanted.Length;
        long[] indices = [.. wanted.Select(row => first + row.Place)];
        var stored = await store.ReadAsync(session => LogTable.Some(session, Company, indices), ct);
        var entries = await opening.OpenAsync(Company, indices, stored, ct);
        for (var at = 0; at < wanted.Length; at++)
        {
            rows[wanted[at].Row] = QueryMatch.Inside(query, entries[at]);
        }
    }

    private static List<(int Row, ushort Place)> Places(ColumnBlock block, bool[] rows)
    {
        var places = MemoryMarshal.Cast<byte, ushort>(block[ColumnPart.Place]!.Value.Span);
        var wanted = new List<(int, ushort)>();
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row])
            {
                wanted.Add((row, places[row]));
            }
        }

        return wanted;
    }

    private Tally NewTally() => new([.. groupings.Select(grouping => new GroupCount(grouping, people))]);

    /// <summary>What one worker counted.</summary>
    private sealed class Tally(List<GroupCount> groups)
    {
        public List<GroupCount> Groups => groups;

        public long Total { get; set; }

        public void Add(Tally other)
        {
            Total += other.Total;
            for (var at = 0; at < groups.Count; at++)
            {
                groups[at].Add(other.Groups[at]);
            }
        }
    }
}
