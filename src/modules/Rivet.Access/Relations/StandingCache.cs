using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Rivet.Access;

/// <summary>
/// Standings in memory, bounded by two generations: what is asked for moves into the young one; when that is full it
/// becomes the old one, and the old one is dropped. Looking up is lock-free and allocates nothing.
/// </summary>
/// <remarks>
/// Never stale after a commit: the writer forgets a changed standing after its commit and moves the stamp; a reader
/// takes the stamp before it reads the store, and what it read is kept only if the stamp has not moved since.
/// </remarks>
internal sealed class StandingCache(IOptions<AccessOptions> options)
{
    private readonly int generation = Math.Max(1, options.Value.CachedStandings / 2);
    private readonly Lock gate = new();
    private ConcurrentDictionary<StandingKey, Standing> young = new();
    private ConcurrentDictionary<StandingKey, Standing> old = new();
    private int youngCount;
    private long stamp;

    /// <summary>Moves with every change of any standing.</summary>
    public long Stamp => Interlocked.Read(ref stamp);

    /// <summary>How many standings are held, for tests of the bound.</summary>
    internal int Count => young.Count + old.Count;

    public bool TryGet(StandingKey key, out Standing standing)
        => Volatile.Read(ref young).TryGetValue(key, out standing) || TryRejuvenate(key, out standing);

    /// <summary>Keeps what was read from the store after <paramref name="readAfter"/>, unless something changed since.</summary>
    public void Remember(StandingKey key, Standing standing, long readAfter)
    {
        lock (gate)
        {
            if (stamp == readAfter)
            {
                Keep(key, standing);
            }
        }
    }

    /// <summary>Drops a standing that a commit changed.</summary>
    public void Forget(StandingKey key)
    {
        lock (gate)
        {
            Interlocked.Increment(ref stamp);
            old.TryRemove(key, out _);
            if (young.TryRemove(key, out _))
            {
                youngCount--;
            }
        }
    }

    private bool TryRejuvenate(StandingKey key, out Standing standing)
    {
        if (!Volatile.Read(ref old).ContainsKey(key))
        {
            standing = default;
            return false;
        }

        lock (gate)
        {
            if (old.TryGetValue(key, out standing))
            {
                Keep(key, standing);
                return true;
            }

            return young.TryGetValue(key, out standing);
        }
    }

    private void Keep(StandingKey key, Standing standing)
    {
        if (youngCount >= generation)
        {
            Volatile.Write(ref old, young);
            Volatile.Write(ref young, new());
            youngCount = 0;
        }

        if (young.TryAdd(key, standing))
        {
            youngCount++;
        }
    }
}
