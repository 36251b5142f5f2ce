using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>
/// The companies' keys, which wrap their data keys: found, made at a company's first use, and kept in memory for a bounded time. The platform has none; its
/// data keys are wrapped by the root.
/// </summary>
internal sealed class CompanyKeys(RootKey root, IStore store, KeyServices services, IOptions<VaultOptions> options, TimeProvider time, ILogger<CompanyKeys> log) : IDisposable
{
    private readonly ConcurrentDictionary<(CompanyId Company, uint Version), Loaded> loaded = new();
    private readonly ConcurrentDictionary<CompanyId, SemaphoreSlim> turns = new();
    private readonly ConcurrentDictionary<(CompanyId Company, uint Version), Refused> refused = new();
    private readonly Lock gate = new();
    private long forgotten;

    /// <summary>A crowd in front of a customer's key service that says no, or nothing, asks it once in this time.</summary>
    private static readonly TimeSpan RefusalHolds = TimeSpan.FromMilliseconds(500);

    /// <summary>The version that wraps new keys of a company.</summary>
    /// <exception cref="StoreUnavailableException">The store fails.</exception>
    public async ValueTask<Result<CompanyKey, VaultRefusal>> CurrentAsync(CompanyId company, CancellationToken ct)
    {
        if (company == default)
        {
            return root.Root is { } found ? new CompanyKey(0, found) : VaultRefusal.Unavailable;
        }

        var standing = await store.ReadAsync(session => CompanyKeyTable.Find(session, company), ct) ?? await FoundAsync(company, ct);
        if (standing is null)
        {
            return VaultRefusal.Unavailable;
        }

        if (standing.Refusal is { } refusal)
        {
            return refusal;
        }

        return await FindAsync(company, standing.Current, ct);
    }

    /// <summary>The key that wrapped something, by what that names.</summary>
    /// <exception cref="StoreUnavailableException">The store fails.</exception>
    public async ValueTask<Result<CompanyKey, VaultRefusal>> FindAsync(CompanyId company, SealedHeader name, CancellationToken ct)
    {
        if (Known(company, name) is { } known)
        {
            return known;
        }

        // One asks for a company at a time: a slow key service holds up its own company only.
        var turn = turns.GetOrAdd(company, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(ct);
        try
        {
            if (Known(company, name) is { } meanwhile)
            {
                return meanwhile;
            }

            if (refused.TryGetValue((company, name.Epoch), out var no) && time.GetElapsedTime(no.At) < RefusalHolds)
            {
                return no.Why;
            }

            var before = Interlocked.Read(ref forgotten);
            if (!(await LoadAsync(company, name, ct)).TryGet(out var found, out var why))
            {
                return why;
            }

            Keep(company, found, before);
            return found.Key;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Makes the secret of a new version: the row to store, nothing stored yet.</summary>
    public Result<CompanyKeyRow, VaultRefusal> Make(CompanyId company, SealedHeader name)
    {
        if (root.Root is ModuleRoot module)
        {
            return module.TryMake(name) ? Prove(company, name, Custody.Vault) : VaultRefusal.Unavailable;
        }

        Span<byte> secret = stackalloc byte[AesGcmKey.KeySize];
        RandomNumberGenerator.Fill(secret);
        return Make(company, name, Custody.Vault, secret);
    }

    /// <summary>The row of a version that is inside the module: a byte that it sealed says later that it is the same.</summary>
    public Result<CompanyKeyRow, VaultRefusal> Prove(CompanyId company, SealedHeader name, Custody custody)
        => root.Root is ModuleRoot module
            ? module.KeyOf(name, custody).Wrap([1], Binding.OfCompanyKey(company, name, custody)).TryGet(out var check, out var why) ? Row(company, name, custody, check) : why
            : VaultRefusal.Unavailable;

    /// <summary>The row of a version whose secret is given, under the root; the secret is zeroed.</summary>
    public Result<CompanyKeyRow, VaultRefusal> Make(CompanyId company, SealedHeader name, Custody custody, Span<byte> secret, byte[]? place = null)
    {
        var wrapped = root.Wrap(secret, Binding.OfCompanyKey(company, name, custody));
        CryptographicOperations.ZeroMemory(secret);
        return wrapped.TryGet(out var bytes, out var why) ? Row(company, name, custody, bytes, place) : why;
    }

    /// <summary>Drops what is in memory of a company; a load that began before is not kept.</summary>
    public void Forget(CompanyId company)
    {
        lock (gate)
        {
            forgotten++;
            foreach (var key in loaded.Keys.Where(key => key.Company == company).ToArray())
            {
                Drop(key);
            }
        }
    }

    /// <summary>The customer's service granted the key at a time stamp.</summary>
    public void Granted(CompanyId company, uint version, long at)
    {
        if (loaded.TryGetValue((company, version), out var known))
        {
            known.Since = at;
        }
    }

    public void Dispose()
    {
        foreach (var key in loaded.Keys)
        {
            Drop(key);
        }

        foreach (var turn in turns.Values)
        {
            turn.Dispose();
        }
    }

    private CompanyKey? Known(CompanyId company, SealedHeader name)
        => loaded.TryGetValue((company, name.Epoch), out var known) && known.Name == name && time.GetElapsedTime(known.Since) < known.Lasts ? known.Key : null;

    private void Keep(CompanyId company, Loaded found, long before)
    {
        lock (gate)
        {
            if (forgotten == before)
            {
                Drop((company, found.Name.Epoch));
                loaded[(company, found.Name.Epoch)] = found;
            }
        }
    }

    private void Drop((CompanyId Company, uint Version) key)
    {
        if (loaded.TryRemove(key, out var known))
        {
            known.Key.Wrapper.Dispose();
        }
    }

    private async Task<Result<Loaded, VaultRefusal>> LoadAsync(CompanyId company, SealedHeader name, CancellationToken ct)
    {
        var row = await store.ReadAsync(session => CompanyKeyTable.FindVersion(session, company, name.Epoch), ct);
        if (row?.Name != name)
        {
            return VaultRefusal.Forged;
        }

        if (!row.IsLiving)
        {
            return VaultRefusal.Destroyed;
        }

        var began = time.GetTimestamp();
        var found = row.Custody == Custody.External ? InMemory(row, await services.OpenAsync(row, ct))
            : root.Root is ModuleRoot module ? Prove(row, module.KeyOf(name, row.Custody))
            : InMemory(row, root.Unwrap(row.Wrapped, Binding.OfCompanyKey(company, name, row.Custody)));
        if (found.TryGet(out var key, out var why))
        {
            return new Loaded(name, key, row.Custody == Custody.External ? options.Value.KeyServiceMayBeSilentFor : options.Value.CachedFor) { Since = began };
        }

        if (why == VaultRefusal.Forged)
        {
            Log.CompanyKeyDamaged(log, company.Value, name.Epoch);
        }

        if (row.Custody == Custody.External)
        {
            // Withheld stays withheld until it is granted, however the service is silent in between.
            if (why == VaultRefusal.Unavailable && await store.ReadAsync(session => CompanyKeyTable.Find(session, company), ct) is { WithheldMs: not null })
            {
                why = VaultRefusal.Withheld;
            }

            refused[(company, name.Epoch)] = new(why, time.GetTimestamp());
        }

        return why;
    }

    private static Result<CompanyKey, VaultRefusal> InMemory(CompanyKeyRow row, Result<byte[], VaultRefusal> opened)
    {
        if (!opened.TryGet(out var secret, out var why))
        {
            return why;
        }

        try
        {
            return secret.Length == AesGcmKey.KeySize ? new CompanyKey(row.Version, new MemoryWrapper(new AesGcmKey(row.Name, secret))) : VaultRefusal.Forged;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>A key of the module must open what it sealed when it was made.</summary>
    private static Result<CompanyKey, VaultRefusal> Prove(CompanyKeyRow row, IKeyWrapper wrapper)
        => wrapper.Unwrap(row.Wrapped, Binding.OfCompanyKey(row.Company, row.Name, row.Custody)).TryGet(out _, out var why) ? new CompanyKey(row.Version, wrapper) : why;

    /// <summary>A company's first key. Two servers at once: one is stored, and both use it.</summary>
    private async Task<CompanyStanding?> FoundAsync(CompanyId company, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var standing = new CompanyStanding
        {
            KeyId = Guid.CreateVersion7(now), Version = 1, Minimum = 0, State = CompanyState.Active, ChangedMs = now.ToUnixTimeMilliseconds(),
        };
        if (!Make(company, standing.Current).TryGet(out var row, out _))
        {
            return null;
        }

        return await store.WriteAsync(
            transaction =>
            {
                if (CompanyKeyTable.Find(transaction, company) is { } other)
                {
                    return other;
                }

                CompanyKeyTable.Put(transaction, company, standing);
                CompanyKeyTable.Add(transaction, row);
                return standing;
            },
            ct);
    }

    private CompanyKeyRow Row(CompanyId company, SealedHeader name, Custody custody, byte[] wrapped, byte[]? place = null) => new()
    {
        Company = company, KeyId = name.KeyId, Version = name.Epoch, Custody = custody, Wrapped = wrapped, Place = place, CreatedMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private readonly record struct Refused(VaultRefusal Why, long At);

    private sealed record Loaded(SealedHeader Name, CompanyKey Key, TimeSpan Lasts)
    {
        /// <summary>Time stamp from which it lasts.</summary>
        public required long Since { get; set; }
    }
}

/// <summary>A company's key that may wrap now.</summary>
/// <param name="Version">Which; 0 for the root itself.</param>
/// <param name="Wrapper">Wraps.</param>
internal readonly record struct CompanyKey(uint Version, IKeyWrapper Wrapper);
