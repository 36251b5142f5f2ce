using System.Runtime.InteropServices;

namespace Rivet.Verify;

/// <summary>
/// All identifiers of a log, 16 bytes each and at most as much again for growing, to find those that come twice. Parted by a hash that nobody
/// can foresee, and sorted part by part.
/// </summary>
internal sealed class SeenIds
{
    private const int Parts = 256;
    private readonly List<UInt128>[] parts = [.. Enumerable.Range(0, Parts).Select(_ => new List<UInt128>())];

    public void Add(UInt128 id) => parts[HashCode.Combine(id) & (Parts - 1)].Add(id);

    /// <summary>Identifiers that came more than once, so many at most. Forgets what came.</summary>
    public IReadOnlySet<UInt128> TakeTwice(int most)
    {
        var twice = new HashSet<UInt128>();
        Parallel.For(0, Parts, part =>
        {
            var ids = CollectionsMarshal.AsSpan(parts[part]);
            ids.Sort();
            for (var at = 1; at < ids.Length; at++)
            {
                if (ids[at] == ids[at - 1])
                {
                    lock (twice)
                    {
                        if (twice.Count < most)
                        {
                            twice.Add(ids[at]);
                        }
                    }
                }
            }

            parts[part] = [];
        });
        return twice;
    }
}
