using System.Globalization;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;

namespace Rivet.Transit.Keys;

/// <summary>Makes the next version of a key: when an application asks, when its period is over, and before its encryptions reach the bound of random nonces.</summary>
internal sealed class Rotation(KeyChest chest, IStore store, Ledger ledger, IOptions<TransitOptions> options, TimeProvider time)
{
    /// <summary>The next version, sealed, and the change that makes it the latest.</summary>
    public async ValueTask<Result<NextVersion, ApiRefusal>> PrepareAsync(TransitKey key, KeyMaterial material, bool isImport, CancellationToken ct)
    {
        var number = key.Latest + 1;
        if (number - Math.Max(1, key.MinAvailable) >= options.Value.VersionsPerKey)
        {
            return ApiRefusal.TooManyVersions;
        }

        if (!(await chest.SealAsync(key.Company, key.Id, number, material, ct)).TryGet(out var closed, out var why))
        {
            return why;
        }

        var version = new KeyVersion { Number = number, Sealed = closed, Public = material.Public, Seals = 0, Uses = 0, CreatedAt = time.GetUtcNow(), LastUsedMs = 0 };
        return new NextVersion(version, transaction =>
        {
            // What was rotated here is the server's own from now on, and takes no further import.
            if (!KeyTable.Change(transaction, key with { Latest = number, IsImported = isImport }))
            {
                return ApiRefusal.Contended;
            }

            KeyTable.AddVersion(transaction, key.Id, version);
            return null;
        });
    }

    /// <summary>
    /// Rotates before a call, when it is due. Null when it is not; <see cref="ApiRefusal.Contended"/> when it was done, so that the call begins anew with the
    /// new version.
    /// </summary>
    public async ValueTask<ApiRefusal?> RefreshAsync(TransitPermit permit, int seals, CancellationToken ct)
    {
        var key = permit.Key;
        if ((key.IsImported && !key.AllowRotation) || await CauseAsync(key, seals, ct) is not { } cause)
        {
            return null;
        }

        if (!(await RotateAsync(key, ct)).TryGet(out var next, out var why))
        {
            return why;
        }

        await store.WriteAsync(
            transaction =>
            {
                if (next.Change(transaction) is null)
                {
                    ledger.Record(transaction, permit, TransitEvents.KeyRotated, new() { ["cause"] = cause, ["version"] = (key.Latest + 1).ToString(CultureInfo.InvariantCulture) });
                }

                return Done.Value;
            },
            ct);
        return ApiRefusal.Contended;
    }

    /// <summary>The next version of new material, and the change that makes it the latest; a MAC key is as long as the one before.</summary>
    public async ValueTask<Result<NextVersion, ApiRefusal>> RotateAsync(TransitKey key, CancellationToken ct)
    {
        var size = 0;
        if (key.Type == KeyType.Hmac)
        {
            using var shelf = new VersionShelf(chest, store, key);
            if (!(await shelf.ToOpenAsync(key.Latest, ct)).TryGet(out var latest, out var why))
            {
                return why;
            }

            size = latest.Material.Secret.Length;
        }

        using var material = KeyMaterial.Make(key.Type, size);
        return await PrepareAsync(key, material, isImport: false, ct);
    }

    private async ValueTask<string?> CauseAsync(TransitKey key, int seals, CancellationToken ct)
    {
        if (key.RotateEvery == TimeSpan.Zero && !(key.Type.IsAead() && seals > 0))
        {
            return null;
        }

        var latest = await store.ReadAsync(session => KeyTable.FindVersion(session, key.Id, key.Latest), ct);
        return latest is null ? null
            : key.Type.IsAead() && latest.Seals + seals > options.Value.SealsPerVersion ? "encryptions"
            : key.RotateEvery > TimeSpan.Zero && latest.CreatedAt + key.RotateEvery <= time.GetUtcNow() ? "period"
            : null;
    }
}

/// <summary>The next version of a key.</summary>
/// <param name="Version">What is stored of it.</param>
/// <param name="Change">Makes it the latest; <see cref="ApiRefusal.Contended"/> when the key was changed meanwhile.</param>
internal sealed record NextVersion(KeyVersion Version, Func<WriteTransaction, ApiRefusal?> Change);
