using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;

namespace Rivet.Transit.Keys;

/// <summary>The versions of one key that one call has opened, and what it did with each. Zeroes them when it is disposed.</summary>
internal sealed class VersionShelf(KeyChest chest, IStore store, TransitKey key) : IDisposable
{
    private readonly Dictionary<int, OpenVersion> opened = [];
    private readonly Dictionary<int, Usage> used = [];

    public TransitKey Key => key;

    public IReadOnlyDictionary<int, Usage> Used => used;

    /// <summary>The version that encrypts, signs or makes MACs: the latest, or an older one that still may.</summary>
    public ValueTask<Result<OpenVersion, ApiRefusal>> ToSealAsync(int? asked, CancellationToken ct)
    {
        var number = asked is null or 0 ? key.Latest : asked.Value;
        return number > key.Latest ? new(ApiRefusal.VersionUnknown)
            : number < key.LeastToSeal ? new(ApiRefusal.VersionTooOld)
            : FindAsync(number, ct);
    }

    /// <summary>The version that a ciphertext, signature or MAC names.</summary>
    public ValueTask<Result<OpenVersion, ApiRefusal>> ToOpenAsync(int number, CancellationToken ct)
        => number > key.Latest ? new(ApiRefusal.VersionUnknown)
            : number < key.LeastToOpen ? new(ApiRefusal.VersionTooOld)
            : FindAsync(number, ct);

    /// <summary>Counts one item.</summary>
    public void Count(OpenVersion version, bool isSeal)
    {
        var before = used.GetValueOrDefault(version.Row.Number);
        used[version.Row.Number] = new(before.Uses + 1, before.Seals + (isSeal ? 1 : 0));
    }

    public void Dispose()
    {
        foreach (var version in opened.Values)
        {
            version.Material.Dispose();
        }
    }

    private async ValueTask<Result<OpenVersion, ApiRefusal>> FindAsync(int number, CancellationToken ct)
    {
        if (opened.TryGetValue(number, out var known))
        {
            return known;
        }

        if (await store.ReadAsync(session => KeyTable.FindVersion(session, key.Id, number), ct) is not { } row)
        {
            // The key was changed since it was read.
            return ApiRefusal.Contended;
        }

        return (await chest.OpenAsync(key, row, ct)).TryGet(out var material, out var why) ? opened[number] = new(row, material) : why;
    }
}

/// <summary>A version whose material is open.</summary>
internal sealed record OpenVersion(KeyVersion Row, KeyMaterial Material);
