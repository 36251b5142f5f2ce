using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Vault;

/// <summary>
/// One epoch of a data key in memory, counted by its holders: the ring is one, each running call is one. The last to
/// let go zeroes it, so that evicting a key never pulls it from under a call.
/// </summary>
internal sealed class DataKey : IDisposable
{
    private readonly AesGcmKey key;
    private readonly byte[] bound;
    private long seals;
    private int holders = 1;

    /// <summary>Takes a copy of the secret; the maker is the first holder.</summary>
    public DataKey(KeyScope scope, SealedHeader header, ReadOnlySpan<byte> secret, long seals, long loadedAt)
    {
        Scope = scope;
        LoadedAt = loadedAt;
        key = new AesGcmKey(header, secret);
        bound = Binding.OfContent(scope.Company, scope.Application);
        this.seals = seals;
    }

    public KeyScope Scope { get; }

    public SealedHeader Header => key.Header;

    /// <summary>Time stamp of its loading.</summary>
    public long LoadedAt { get; }

    /// <summary>Whether the key was zeroed.</summary>
    internal bool IsGone => Volatile.Read(ref holders) == 0;

    /// <summary>Becomes a holder, who must dispose; false when the key is gone.</summary>
    public bool TryHold()
    {
        var seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Takes from the reserved seals; all or none.</summary>
    public bool TryTake(int count)
    {
        var seen = Volatile.Read(ref seals);
        while (seen >= count)
        {
            var before = Interlocked.CompareExchange(ref seals, seen - count, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>Adds seals that the store reserved for this epoch.</summary>
    public void AddFrom(DataKey same) => Interlocked.Add(ref seals, Interlocked.Exchange(ref same.seals, 0));

    /// <summary>Seals one item; the use must have been taken.</summary>
    public byte[] Seal(Plaintext item) => key.Seal(item.Bytes.Span, Bind(item.Context.Span, stackalloc byte[256]));

    /// <summary>Opens one item; null when it or its context was changed.</summary>
    public byte[]? TryOpen(Ciphertext item) => key.TryOpen(item.Bytes.Span, Bind(item.Context.Span, stackalloc byte[256]));

    /// <summary>Lets go.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            key.Dispose();
        }
    }

    public override string ToString() => "[redacted]";

    private ReadOnlySpan<byte> Bind(ReadOnlySpan<byte> context, Span<byte> scratch)
    {
        var length = bound.Length + context.Length;
        var all = length <= scratch.Length ? scratch[..length] : new byte[length];
        bound.CopyTo(all);
        context.CopyTo(all[bound.Length..]);
        return all;
    }
}
