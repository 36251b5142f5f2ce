using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;

namespace Rivet.Vault;

/// <summary>
/// The data keys in memory, bounded in number and time. Looking up takes no lock. A key read from the store before a
/// destruction is not kept after it: the destruction moves the stamp in commit order.
/// </summary>
internal sealed class KeyRing : IDisposable
{
    private readonly ConcurrentDictionary<SealedHeader, DataKey> keys = new();
    private readonly ConcurrentDictionary<KeyScope, DataKey> current = new();
    private readonly Lock gate = new();
    private readonly VaultOptions options;
    private readonly TimeProvider time;
    private readonly ITimer sweeper;
    private long stamp;

    public KeyRing(IOptions<VaultOptions> options, TimeProvider time)
    {
        this.options = options.Value;
        this.time = time;
        sweeper = time.CreateTimer(_ => Sweep(), null, this.options.CachedFor / 2, this.options.CachedFor / 2);
    }

    /// <summary>Moves with every destruction; taken before the store is read.</summary>
    public long Stamp => Interlocked.Read(ref stamp);

    internal int Count => keys.Count;

    /// <summary>The scope's current key with its seals taken, held for the caller; null when the store must be asked.</summary>
    public DataKey? HoldForSealing(KeyScope scope, int seals)
    {
        if (current.TryGetValue(scope, out var key) && IsFresh(key) && key.TryHold())
        {
            if (key.TryTake(seals))
            {
                return key;
            }

            key.Dispose();
        }

        return null;
    }

    /// <summary>The named key, held for the caller; null when the store must be asked.</summary>
    public DataKey? Hold(SealedHeader header)
        => keys.TryGetValue(header, out var key) && IsFresh(key) && key.TryHold() ? key : null;

    /// <summary>Keeps a loaded key, unless something was destroyed since <paramref name="readAfter"/>. The caller stays a holder.</summary>
    public void Keep(DataKey loaded, long readAfter, bool isCurrent)
    {
        lock (gate)
        {
            if (stamp != readAfter)
            {
                return;
            }

            var kept = loaded;
            if (keys.TryGetValue(loaded.Header, out var existing) && IsFresh(existing))
            {
                kept = existing;
                kept.AddFrom(loaded);
            }
            else
            {
                Drop(existing);
                MakeRoom();
                loaded.TryHold();
                keys[loaded.Header] = loaded;
            }

            if (isCurrent)
            {
                current[loaded.Scope] = kept;
            }
        }
    }

    /// <summary>Drops the keys of destroyed scopes; called in commit order.</summary>
    public void Forget(Func<KeyScope, bool> isDestroyed)
    {
        lock (gate)
        {
            Interlocked.Increment(ref stamp);
            DropWhere(key => isDestroyed(key.Scope));
        }
    }

    public void Dispose()
    {
        sweeper.Dispose();
        Forget(_ => true);
    }

    private bool IsFresh(DataKey key) => time.GetElapsedTime(key.LoadedAt) < options.CachedFor;

    private void Sweep()
    {
        lock (gate)
        {
            DropWhere(key => !IsFresh(key));
        }
    }

    /// <summary>When full, drops the eighth that was loaded longest ago.</summary>
    private void MakeRoom()
    {
        if (keys.Count >= options.CachedKeys)
        {
            foreach (var key in keys.Values.OrderBy(key => key.LoadedAt).Take((keys.Count / 8) + 1).ToArray())
            {
                Drop(key);
            }
        }
    }

    private void DropWhere(Func<DataKey, bool> isUnwanted)
    {
        foreach (var key in keys.Values.Where(isUnwanted).ToArray())
        {
            Drop(key);
        }
    }

    private void Drop(DataKey? key)
    {
        if (key is not null && keys.TryRemove(KeyValuePair.Create(key.Header, key)))
        {
            current.TryRemove(KeyValuePair.Create(key.Scope, key));
            key.Dispose();
        }
    }
}
