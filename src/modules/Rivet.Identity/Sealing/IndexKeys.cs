using System.Collections.Concurrent;
using Rivet.Identity.Companies;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Identity.Sealing;

/// <summary>The companies' index keys, opened once and kept in memory until their company's key is withheld.</summary>
internal sealed class IndexKeys
{
    private readonly ConcurrentDictionary<CompanyId, IndexKey> keys = new();
    private readonly IStore store;
    private readonly Sealer sealer;

    public IndexKeys(IStore store, Sealer sealer, IKeyWatch watch)
    {
        (this.store, this.sealer) = (store, sealer);
        watch.Forgotten += company => keys.TryRemove(company, out _);
    }

    public async ValueTask<Result<IndexKey, IdentityRefusal>> GetAsync(CompanyId company, CancellationToken ct)
    {
        if (keys.TryGetValue(company, out var known))
        {
            return known;
        }

        var stored = await store.ReadAsync(session => CompanyTable.FindIndexKey(session, company), ct)
            ?? throw new InvalidOperationException("The company is not stored.");
        var opened = await sealer.OpenAsync(company, new[] { new Sealed(Slot.IndexKey(company), stored) }, ct);
        return opened.TryGet(out var secret, out var refusal)
            ? keys.GetOrAdd(company, new IndexKey(secret[0]))
            : IdentityRefusals.Of(refusal);
    }
}
