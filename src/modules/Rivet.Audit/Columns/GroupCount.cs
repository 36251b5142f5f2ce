using System.Globalization;
using System.Runtime.InteropServices;
using Rivet.Kernel;

namespace Rivet.Audit.Columns;

/// <summary>Counts by one grouping, block after block.</summary>
internal sealed class GroupCount(AuditGrouping grouping, PeopleNumbers people)
{
    private readonly Dictionary<(DateTimeOffset? Start, string Value), long> counts = [];
    private readonly Dictionary<int, TimeSlots> months = [];

    /// <summary>Which parts it takes to count a block.</summary>
    public IEnumerable<ColumnPart> PartsFor(ColumnBlock block, ColumnHead head)
        => (IsOneStretch(block, head) ? [] : new[] { ColumnPart.Time }).Concat(grouping.By switch
        {
            AuditDimension.Kind when head.Kinds.Count > 1 => [ColumnPart.Kind],
            AuditDimension.Severity when head.Kinds.Count > 1 => [ColumnPart.Kind],
            AuditDimension.Outcome => [ColumnPart.Outcome],
            AuditDimension.Actor => [ColumnPart.Values, ColumnPart.Actor],
            AuditDimension.Person => [ColumnPart.Values, ColumnPart.Actor, ColumnPart.Concerned],
            AuditDimension.TargetKind => [ColumnPart.Values, ColumnPart.TargetKind],
            _ => Array.Empty<ColumnPart>(),
        });

    public void Add(ColumnBlock block, ColumnHead head, bool[] rows)
    {
        var values = block[ColumnPart.Values] is { } bytes ? ColumnValues.Read(bytes) : null;
        var names = Names(block, head, values);
        var slots = IsOneStretch(block, head) ? null : Slots(block);
        var cells = new long[(slots?.Count ?? 1) * names.Length];
        switch (grouping.By)
        {
            case AuditDimension.Kind or AuditDimension.Severity when names.Length > 1:
                Count(cells, block, rows, slots, names.Length, new Packed(block[ColumnPart.Kind]!.Value.Span, rows.Length, head.Kinds.Count));
                break;
            case AuditDimension.Outcome:
                Count(cells, block, rows, slots, names.Length, new Packed(block[ColumnPart.Outcome]!.Value.Span, rows.Length, names.Length));
                break;
            case AuditDimension.Actor or AuditDimension.Person when values is not null:
                Count(cells, block, rows, slots, names.Length, new Packed(block[ColumnPart.Actor]!.Value.Span, rows.Length, names.Length));
                if (grouping.By == AuditDimension.Person)
                {
                    Count(cells, block, ConcernedRows(block, rows, names.Length), slots, names.Length, new Packed(block[ColumnPart.Concerned]!.Value.Span, rows.Length, names.Length));
                }

                break;
            case AuditDimension.TargetKind when values is not null:
                Count(cells, block, rows, slots, names.Length, new Packed(block[ColumnPart.TargetKind]!.Value.Span, rows.Length, names.Length));
                break;
            default:
                Count(cells, block, rows, slots, 1, new Packed(new byte[rows.Length], rows.Length, 1));
                break;
        }

        Take(cells, block, head, slots, names);
    }

    public void Add(GroupCount other)
    {
        foreach (var (key, count) in other.counts)
        {
            Add(key.Start, key.Value, count);
        }
    }

    /// <summary>What was counted, with the less frequent values together.</summary>
    public AuditGroup Group()
    {
        var order = counts.GroupBy(one => one.Key.Value).Select(one => (Value: one.Key, Count: one.Sum(count => count.Value)))
            .OrderByDescending(one => one.Count).ThenBy(one => one.Value, StringComparer.Ordinal).ToArray();
        var told = order.Take(Math.Clamp(grouping.Most, 1, AuditGrouping.MostValues)).Select(one => one.Value).ToArray();
        var isTold = told.ToHashSet();
        return new(
            [.. counts.GroupBy(one => (one.Key.Start, Value: isTold.Contains(one.Key.Value) ? one.Key.Value : AuditCount.Others))
                .Select(one => new AuditCount(one.Key.Start, one.Key.Value, one.Sum(count => count.Value)))
                .OrderBy(count => count.Start).ThenByDescending(count => count.Count).ThenBy(count => count.Value, StringComparer.Ordinal)],
            told);
    }

    private static void Count(long[] cells, ColumnBlock block, bool[] rows, TimeSlots? slots, int width, Packed column)
    {
        if (slots is null)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                cells[column[row]] += rows[row] ? 1 : 0;
            }

            return;
        }

        var times = MemoryMarshal.Cast<byte, uint>(block[ColumnPart.Time]!.Value.Span);
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row])
            {
                cells[(slots[times[row]] * width) + column[row]]++;
            }
        }
    }

    /// <summary>The rows that concern somebody else than who did it: an event counts once for each person.</summary>
    private static bool[] ConcernedRows(ColumnBlock block, bool[] rows, int people)
    {
        var actors = new Packed(block[ColumnPart.Actor]!.Value.Span, rows.Length, people);
        var concerned = new Packed(block[ColumnPart.Concerned]!.Value.Span, rows.Length, people);
        var others = new bool[rows.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            others[row] = rows[row] && concerned[row] != 0 && concerned[row] != actors[row];
        }

        return others;
    }

    private void Take(long[] cells, ColumnBlock block, ColumnHead head, TimeSlots? slots, string[] names)
    {
        for (var cell = 0; cell < cells.Length; cell++)
        {
            if (cells[cell] > 0)
            {
                DateTimeOffset? start = slots is not null ? slots.StartOf(cell / names.Length)
                    : grouping.Per is { } span ? TimeSlots.StartOf(DateTimeOffset.FromUnixTimeMilliseconds(block.MonthMs + head.FirstMs), span, grouping.Zone) : null;
                Add(start, names[cell % names.Length], cells[cell]);
            }
        }
    }

    private void Add(DateTimeOffset? start, string value, long count)
        => CollectionsMarshal.GetValueRefOrAddDefault(counts, (start, value), out _) += count;

    /// <summary>The values a block's column points at, as they are told.</summary>
    private string[] Names(ColumnBlock block, ColumnHead head, ColumnValues? values) => grouping.By switch
    {
        AuditDimension.Kind => [.. head.Kinds.Select(kind => kind.Name)],
        AuditDimension.Severity => [.. head.Kinds.Select(kind => ((int)kind.Severity).ToString(CultureInfo.InvariantCulture))],
        AuditDimension.Class => [block.Class.ToString(CultureInfo.InvariantCulture)],
        AuditDimension.Outcome => [string.Empty, "success", "failure"],
        AuditDimension.Actor or AuditDimension.Person when values is not null => Array.ConvertAll(values.People, number => people.Find(number) is var person && person == default ? string.Empty : person.ToString()),
        AuditDimension.TargetKind when values is not null => values.TargetKinds,
        _ => [string.Empty],
    };

    private bool IsOneStretch(ColumnBlock block, ColumnHead head)
        => grouping.Per is null || Slots(block) is var slots && slots[head.FirstMs] == slots[head.LastMs];

    private TimeSlots Slots(ColumnBlock block)
    {
        if (!months.TryGetValue(block.Month, out var slots))
        {
            months.Add(block.Month, slots = new TimeSlots(block.MonthMs, grouping.Per!.Value, grouping.Zone));
        }

        return slots;
    }
}
