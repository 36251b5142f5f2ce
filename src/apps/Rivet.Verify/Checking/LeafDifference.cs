namespace Rivet.Verify;

/// <summary>A place where entries and true hashes part.</summary>
/// <param name="Kind">Changed, removed, inserted or reordered.</param>
/// <param name="Index">Where: of the log as it was signed; of an inserted entry, where it stands now.</param>
/// <param name="Other">Of an entry that was moved: where it stands now.</param>
internal readonly record struct LeafChange(FindingKind Kind, long Index, long Other = -1);

/// <summary>
/// Tells what was done to entries, once the true hashes of all are known. Both rows are compared with an eye on the next few hundred: what
/// comes later in one row was moved, and a row that goes on after a gap lost or won what is in it.
/// </summary>
internal sealed class LeafDifference
{
    private const int Window = 512;
    private const int MostChanges = 4096;
    private readonly Lookahead entries;
    private readonly Lookahead truth;
    private readonly List<(LeafChange Change, LeafHash? Gone, LeafHash? Came)> changes = [];

    private LeafDifference(IEnumerable<LeafHash> entries, IEnumerable<LeafHash> truth)
        => (this.entries, this.truth) = (new Lookahead(entries), new Lookahead(truth));

    /// <summary>The first few thousand changes, in their order.</summary>
    public static IReadOnlyList<LeafChange> Find(IEnumerable<LeafHash> entries, IEnumerable<LeafHash> truth)
    {
        var difference = new LeafDifference(entries, truth);
        difference.Compare();
        return difference.WithMoves();
    }

    private void Compare()
    {
        while (changes.Count < MostChanges && (entries.Fill() | truth.Fill()))
        {
            if (entries.Count == 0 || truth.Count == 0)
            {
                _ = truth.Count > 0 ? Remove(1) : Insert(1);
            }
            else if (entries[0] == truth[0])
            {
                entries.Skip(1);
                truth.Skip(1);
            }
            else
            {
                _ = (truth.Find(entries[0]), entries.Find(truth[0])) switch
                {
                    (> 0, > 0) => Swap(),
                    ( > 0 and var gap, _) => Remove(gap),
                    (_, > 0 and var gap) => Insert(gap),
                    _ => Change(),
                };
            }
        }
    }

    /// <summary>The same entries in another order: as far as both rows hold the same.</summary>
    private bool Swap()
    {
        var open = new Dictionary<LeafHash, int>();
        var length = 0;
        do
        {
            Count(open, entries[length], 1);
            Count(open, truth[length], -1);
            length++;
        }
        while (open.Count > 0 && length < Math.Min(entries.Count, truth.Count));
        if (open.Count > 0)
        {
            return Change();
        }

        changes.Add((new LeafChange(FindingKind.Reordered, truth.At, entries.At + entries.Find(truth[0])), null, null));
        entries.Skip(length);
        truth.Skip(length);
        return true;
    }

    private static void Count(Dictionary<LeafHash, int> open, LeafHash hash, int by)
    {
        var count = open.GetValueOrDefault(hash) + by;
        if (count == 0)
        {
            open.Remove(hash);
        }
        else
        {
            open[hash] = count;
        }
    }

    private bool Remove(int count)
    {
        for (; count > 0; count--)
        {
            changes.Add((new LeafChange(FindingKind.Removed, truth.At), truth[0], null));
            truth.Skip(1);
        }

        return true;
    }

    private bool Insert(int count)
    {
        for (; count > 0; count--)
        {
            changes.Add((new LeafChange(FindingKind.Inserted, entries.At), null, entries[0]));
            entries.Skip(1);
        }

        return true;
    }

    private bool Change()
    {
        changes.Add((new LeafChange(FindingKind.Changed, truth.At, entries.At), truth[0], entries[0]));
        entries.Skip(1);
        truth.Skip(1);
        return true;
    }

    /// <summary>What is gone in one place and came in another, too far off for the window, was moved.</summary>
    private List<LeafChange> WithMoves()
    {
        var came = new Dictionary<LeafHash, int>();
        for (var at = 0; at < changes.Count; at++)
        {
            if (changes[at].Came is { } hash)
            {
                came.TryAdd(hash, at);
            }
        }

        var moved = new HashSet<int>();
        var result = new List<LeafChange>();
        for (var at = 0; at < changes.Count; at++)
        {
            if (changes[at].Gone is { } gone && came.TryGetValue(gone, out var to))
            {
                var now = changes[to].Change;
                changes[at] = changes[at] with { Change = new LeafChange(FindingKind.Reordered, changes[at].Change.Index, now.Kind is FindingKind.Inserted ? now.Index : now.Other) };
                if (now.Kind is FindingKind.Inserted)
                {
                    moved.Add(to);
                }
            }
        }

        for (var at = 0; at < changes.Count; at++)
        {
            if (!moved.Contains(at))
            {
                result.Add(changes[at].Change);
            }
        }

        return result;
    }

    /// <summary>A row of which the next few can be seen.</summary>
    private sealed class Lookahead(IEnumerable<LeafHash> row)
    {
        private readonly IEnumerator<LeafHash> rest = row.GetEnumerator();
        private readonly LeafHash[] next = new LeafHash[Window];
        private int first;

        /// <summary>How far the row was gone.</summary>
        public long At { get; private set; }

        public int Count { get; private set; }

        public LeafHash this[int at] => next[(first + at) % Window];

        public bool Fill()
        {
            while (Count < Window && rest.MoveNext())
            {
                next[(first + Count++) % Window] = rest.Current;
            }

            return Count > 0;
        }

        public void Skip(int count)
        {
            first = (first + count) % Window;
            Count -= count;
            At += count;
        }

        /// <summary>Where in sight a hash is; -1 when it is not.</summary>
        public int Find(LeafHash hash)
        {
            for (var at = 0; at < Count; at++)
            {
                if (this[at] == hash)
                {
                    return at;
                }
            }

            return -1;
        }
    }
}
