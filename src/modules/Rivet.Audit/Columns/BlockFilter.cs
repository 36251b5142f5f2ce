using System.Runtime.InteropServices;
using Rivet.Audit.Searching;
using Rivet.Kernel;

namespace Rivet.Audit.Columns;

/// <summary>
/// Which rows of a block a query wants, as far as columns tell: everything but a <see cref="AuditQuery.Text"/> in the details, for which entries
/// are opened.
/// </summary>
internal sealed class BlockFilter(CompanyId company, AuditQuery query, PeopleNumbers people)
{
    private readonly uint person = query.Person == default ? 0 : people.NumberOf(query.Person);
    private readonly uint personAbout = query.About == default ? 0 : people.NumberOf(new PersonId(query.About));
    private readonly ulong target = query.Target == default ? 0 : ColumnValues.MarkOf(ColumnPart.Target, company, query.Target);
    private readonly uint personTarget = query.Target == default ? 0 : people.NumberOf(new PersonId(query.Target));
    private readonly ulong via = query.Via == default ? 0 : ColumnValues.MarkOf(ColumnPart.Via, company, query.Via);
    private readonly ulong[] about = query.About == default ? [] : [
        ColumnValues.MarkOf(ColumnPart.Target, company, query.About), ColumnValues.MarkOf(ColumnPart.Via, company, query.About), ColumnValues.MarkOf(ColumnPart.Named, company, query.About)];

    private readonly long from = query.From?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private readonly long to = query.To?.ToUnixTimeMilliseconds() ?? long.MaxValue;

    /// <summary>Whether sealed columns are looked at.</summary>
    public bool LooksInside => query.LooksInside;

    /// <summary>Which parts it takes to tell the rows of a block; null when it wants none of them.</summary>
    public IEnumerable<ColumnPart>? PartsFor(ColumnBlock block, ColumnHead head)
    {
        if (block.Month == 0)
        {
            return QueryMatch.Openly(query, entry: null) && !query.LooksInside ? [] : null;
        }

        var (first, last) = (block.MonthMs + head.FirstMs, block.MonthMs + head.LastMs);
        if (last < from || first >= to || (query.Classes.Count > 0 && !query.Classes.Contains(block.Class)) || !head.Kinds.Any(IsWanted))
        {
            return null;
        }

        return new (ColumnPart Part, bool IsNeeded)[]
        {
            (ColumnPart.Time, first < from || last >= to),
            (ColumnPart.Kind, !head.Kinds.All(IsWanted)),
            (ColumnPart.Outcome, query.Outcome is not null),
            (ColumnPart.Values, query.LooksInside),
            (ColumnPart.Actor, person > 0 || personAbout > 0),
            (ColumnPart.Concerned, person > 0 || personAbout > 0 || personTarget > 0),
            (ColumnPart.TargetKind, query.TargetKind is not null || personTarget > 0),
            (ColumnPart.Target, target > 0 || about.Length > 0),
            (ColumnPart.Via, via > 0 || about.Length > 0),
            (ColumnPart.Named, about.Length > 0),
        }.Where(part => part.IsNeeded).Select(part => part.Part);
    }

    /// <summary>The rows that are wanted; null for none. The block has the parts for it.</summary>
    public bool[]? Rows(ColumnBlock block, ColumnHead head)
    {
        var rows = new bool[head.Rows];
        rows.AsSpan().Fill(true);
        if (block[ColumnPart.Time] is { } times && (block.MonthMs + head.FirstMs < from || block.MonthMs + head.LastMs >= to))
        {
            var column = MemoryMarshal.Cast<byte, uint>(times.Span);
            for (var row = 0; row < rows.Length; row++)
            {
                rows[row] = block.MonthMs + column[row] >= from && block.MonthMs + column[row] < to;
            }
        }

        if (block[ColumnPart.Kind] is { } kinds && !head.Kinds.All(IsWanted))
        {
            Narrow(rows, new Packed(kinds.Span, rows.Length, head.Kinds.Count), [.. head.Kinds.Select(IsWanted)]);
        }

        if (query.Outcome is { } outcome && block[ColumnPart.Outcome] is { } outcomes)
        {
            for (var row = 0; row < rows.Length; row++)
            {
                rows[row] &= outcomes.Span[row] == (byte)outcome;
            }
        }

        return (!query.LooksInside || NarrowInside(rows, block)) && rows.AsSpan().Contains(true) ? rows : null;
    }

    private bool IsWanted((string Name, EventSeverity Severity) kind)
        => (query.Kinds.Count == 0 || query.Kinds.Contains(kind.Name)) && (query.AtLeast is not { } least || kind.Severity >= least) && (query.AtMost is not { } most || kind.Severity <= most);

    /// <summary>False where it is sure that no row is wanted.</summary>
    private bool NarrowInside(bool[] rows, ColumnBlock block)
    {
        if (block[ColumnPart.Values] is not { } bytes)
        {
            // Destroyed: only the kind's own name can hold a text still, which the entries tell.
            return query is { Person: var who, TargetKind: null } && who == default && query.Target == default && query.Via == default && query.About == default;
        }

        var columns = new Inside(block, rows.Length, ColumnValues.Read(bytes));
        return (person == 0 || columns.Narrow(rows, [person], [ColumnPart.Actor, ColumnPart.Concerned], []))
            && (query.TargetKind is null || columns.NarrowTargetKind(rows, query.TargetKind))
            && (target == 0 || columns.NarrowTarget(rows, target, personTarget))
            && (via == 0 || columns.Narrow(rows, [], [], [via], ColumnPart.Via))
            && (about.Length == 0 || columns.Narrow(rows, [personAbout], [ColumnPart.Actor, ColumnPart.Concerned], about, ColumnPart.Target, ColumnPart.Via, ColumnPart.Named));
    }

    private static void Narrow(Span<bool> rows, Packed column, ReadOnlySpan<bool> values)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] &= values[column[row]];
        }
    }

    /// <summary>The sealed columns of a block.</summary>
    private readonly ref struct Inside(ColumnBlock block, int count, ColumnValues values)
    {
        /// <summary>Leaves the rows that have one of the people in one of the columns of people, or one of the marks in one of the others.</summary>
        public bool Narrow(bool[] rows, ReadOnlySpan<uint> people, ReadOnlySpan<ColumnPart> ofPeople, ReadOnlySpan<ulong> marks, params ReadOnlySpan<ColumnPart> ofMarks)
        {
            var hits = new bool[count];
            if (Wanted(values.People, people) is { } wantedPeople)
            {
                foreach (var part in ofPeople)
                {
                    new Packed(block[part]!.Value.Span, count, values.People.Length).Mark(wantedPeople, hits);
                }
            }

            if (Wanted(values.Marks, marks) is { } wantedMarks)
            {
                foreach (var part in ofMarks)
                {
                    Mark(part, wantedMarks, hits);
                }
            }

            return And(rows, hits);
        }

        public bool NarrowTargetKind(bool[] rows, string kind)
        {
            var hits = new bool[count];
            if (Wanted(values.TargetKinds, [kind]) is { } wanted)
            {
                new Packed(block[ColumnPart.TargetKind]!.Value.Span, count, values.TargetKinds.Length).Mark(wanted, hits);
            }

            return And(rows, hits);
        }

        /// <summary>A target that is a person stands in the column of whom it concerns.</summary>
        public bool NarrowTarget(bool[] rows, ulong mark, uint person)
        {
            var asPerson = new bool[count];
            asPerson.AsSpan().Fill(true);
            var isPerson = NarrowTargetKind(asPerson, "person") && Narrow(asPerson, [person], [ColumnPart.Concerned], []);
            var asOther = new bool[count];
            asOther.AsSpan().Fill(true);
            var isOther = Narrow(asOther, [], [], [mark], ColumnPart.Target);
            for (var row = 0; row < count; row++)
            {
                asOther[row] = (isOther && asOther[row]) || (isPerson && asPerson[row]);
            }

            return And(rows, asOther);
        }

        private void Mark(ColumnPart part, bool[] wanted, bool[] hits)
        {
            var bytes = block[part]!.Value.Span;
            if (part != ColumnPart.Named)
            {
                new Packed(bytes, count, values.Marks.Length).Mark(wanted, hits);
                return;
            }

            var counts = bytes[..count];
            var total = 0;
            foreach (var named in counts)
            {
                total += named;
            }

            var places = new Packed(bytes[count..], total, values.Marks.Length);
            for (int row = 0, at = 0; row < count; row++)
            {
                for (var end = at + counts[row]; at < end; at++)
                {
                    hits[row] |= wanted[places[at]];
                }
            }
        }

        /// <summary>Which of the values are meant; null when none is, and no column needs a look.</summary>
        private static bool[]? Wanted<T>(T[] values, ReadOnlySpan<T> meant)
            where T : IEquatable<T>
        {
            bool[]? wanted = null;
            foreach (var one in meant)
            {
                if (values.AsSpan().IndexOf(one) is >= 0 and var at)
                {
                    (wanted ??= new bool[values.Length])[at] = true;
                }
            }

            return wanted;
        }

        private static bool And(bool[] rows, bool[] hits)
        {
            var any = false;
            for (var row = 0; row < rows.Length; row++)
            {
                any |= rows[row] &= hits[row];
            }

            return any;
        }
    }
}
