using System.Runtime.InteropServices;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Audit.Columns;

/// <summary>Makes the blocks of a segment out of its opened entries.</summary>
internal sealed class BlockWriter
{
    private readonly CompanyId company;
    private readonly Func<PersonId, uint> numberOf;
    private readonly ColumnBlock block;
    private readonly List<(string Name, EventSeverity Severity)> kinds = [];
    private readonly Dictionary<(string, EventSeverity), int> kindPlaces = [];
    private readonly ValueList<uint> people = new(0);
    private readonly ValueList<string> targetKinds = new(string.Empty);
    private readonly ValueList<ulong> marks = new(0);
    private readonly List<ushort> places = [];
    private readonly List<uint> times = [];
    private readonly List<int> kind = [];
    private readonly List<byte> outcomes = [];
    private readonly List<int> actors = [];
    private readonly List<int> concerned = [];
    private readonly List<int> targetKind = [];
    private readonly List<int> targets = [];
    private readonly List<int> vias = [];
    private readonly List<byte> namedCounts = [];
    private readonly List<int> named = [];
    private bool saysAnything;

    private BlockWriter(CompanyId company, Func<PersonId, uint> numberOf, ColumnBlock block)
    {
        this.company = company;
        this.numberOf = numberOf;
        this.block = block;
    }

    /// <summary>The blocks of a segment, whole or the beginning of one. A block of which nothing sealed can be read has only its open parts.</summary>
    public static IReadOnlyList<ColumnBlock> Write(CompanyId company, long segment, IReadOnlyList<AuditEntry> entries, Func<PersonId, uint> numberOf)
    {
        var writers = new Dictionary<(int Class, int Month), BlockWriter>();
        foreach (var entry in entries)
        {
            var key = ((int)entry.Event.Kind.Type / 100, entry.Event.At == default ? 0 : KeyPeriod.Of(entry.Event.At).Month);
            if (!writers.TryGetValue(key, out var writer))
            {
                writers.Add(key, writer = new BlockWriter(company, numberOf, new ColumnBlock(segment, key.Item1, key.Item2)));
            }

            writer.Add(entry);
        }

        return [.. writers.Values.Select(writer => writer.Block())];
    }

    private void Add(AuditEntry entry)
    {
        var what = entry.Event;
        places.Add((ushort)(entry.Index % ColumnBlock.SegmentSize));
        times.Add((uint)Math.Max(0, what.At.ToUnixTimeMilliseconds() - block.MonthMs));
        kind.Add(PlaceOf(what.Kind));
        outcomes.Add((byte)what.Outcome);
        saysAnything |= entry.Content == AuditContentState.Readable;
        actors.Add(PlaceOf(what.Actor.Person));
        concerned.Add(PlaceOf(what.Concerned));
        targetKind.Add(targetKinds.PlaceOf(what.Target.Kind ?? string.Empty));
        targets.Add(PlaceOf(ColumnPart.Target, IsPerson(what) ? default : what.Target.Id));
        vias.Add(PlaceOf(ColumnPart.Via, what.Actor.Via));
        var ids = what.Details.Values.Select(value => Guid.TryParseExact(value, "N", out var id) ? id : default).Where(id => id != default).ToArray();
        namedCounts.Add((byte)ids.Length);
        named.AddRange(ids.Select(id => PlaceOf(ColumnPart.Named, id)));
    }

    /// <summary>A person as a target is the person concerned, and erased with them: no mark stays behind.</summary>
    private static bool IsPerson(SecurityEvent what) => what.Target.Kind == "person";

    private int PlaceOf(EventKind what)
    {
        if (!kindPlaces.TryGetValue((what.Name, what.Severity), out var place))
        {
            kindPlaces.Add((what.Name, what.Severity), place = kinds.Count);
            kinds.Add((what.Name, what.Severity));
        }

        return place;
    }

    private int PlaceOf(PersonId person) => person == default ? 0 : people.PlaceOf(numberOf(person));

    private int PlaceOf(ColumnPart role, Guid id) => id == default ? 0 : marks.PlaceOf(ColumnValues.MarkOf(role, company, id));

    private ColumnBlock Block()
    {
        block[ColumnPart.Head] = new ColumnHead(places.Count, times.Min(), times.Max(), kinds).ToBytes();
        block[ColumnPart.Place] = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(places)).ToArray();
        block[ColumnPart.Time] = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(times)).ToArray();
        block[ColumnPart.Kind] = Pack(kind, kinds.Count);
        block[ColumnPart.Outcome] = outcomes.ToArray();
        if (saysAnything)
        {
            block[ColumnPart.Values] = new ColumnValues(people.ToArray(), targetKinds.ToArray(), marks.ToArray()).ToBytes();
            block[ColumnPart.Actor] = Pack(actors, people.Count);
            block[ColumnPart.Concerned] = Pack(concerned, people.Count);
            block[ColumnPart.TargetKind] = Pack(targetKind, targetKinds.Count);
            block[ColumnPart.Target] = Pack(targets, marks.Count);
            block[ColumnPart.Via] = Pack(vias, marks.Count);
            block[ColumnPart.Named] = (byte[])[.. namedCounts, .. Packed.Of(CollectionsMarshal.AsSpan(named), marks.Count)];
        }

        return block;
    }

    private static byte[] Pack(List<int> column, int values) => Packed.Of(CollectionsMarshal.AsSpan(column), values);

    /// <summary>Different values in the order in which they came.</summary>
    private sealed class ValueList<T>(T none)
        where T : notnull
    {
        private readonly Dictionary<T, int> known = new() { [none] = 0 };

        public int Count => known.Count;

        public int PlaceOf(T value)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(known, value, out var exists);
            return exists ? place : place = known.Count - 1;
        }

        public T[] ToArray() => [.. known.Keys];
    }
}
