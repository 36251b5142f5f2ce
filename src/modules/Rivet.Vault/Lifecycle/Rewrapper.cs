using System.Globalization;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>
/// Wraps data keys anew under the current version of their company's key, in the background. What is left to do is what the store says is wrapped under
/// another version, so that it goes on where it stopped, and memory holds one batch however many there are.
/// </summary>
internal sealed class Rewrapper(CompanyKeys companies, DataKeys wrapping, IStore store, TimeProvider time, ILogger<Rewrapper> logger) : Keeper(time, logger)
{
    private const int Batch = 512;

    protected override TimeSpan Every => TimeSpan.FromSeconds(5);

    /// <summary>Wraps anew whatever is under older versions now; gives how many keys.</summary>
    public async Task<long> RunOnceAsync(CancellationToken ct)
    {
        var done = 0L;
        foreach (var company in await store.ReadAsync(KeyStore.Outdated, ct))
        {
            done += await RewrapAsync(company, ct);
        }

        return done;
    }

    protected override Task TurnAsync(CancellationToken ct) => RunOnceAsync(ct);

    private async Task<long> RewrapAsync(CompanyId company, CancellationToken ct)
    {
        if (!(await companies.CurrentAsync(company, ct)).TryGet(out var current, out _))
        {
            return 0;
        }

        var (done, damaged) = (0L, 0L);
        foreach (var version in await store.ReadAsync(session => KeyStore.CountByVersion(session, company).Keys.Where(key => key < current.Version).Order().ToList(), ct))
        {
            var after = default(KeyRow);
            while (await store.ReadAsync(session => KeyStore.Under(session, company, version, after, Batch), ct) is { Count: > 0 } rows)
            {
                var anew = new List<(KeyRow Row, byte[] Wrapped)>(rows.Count);
                foreach (var row in rows)
                {
                    var wrapped = await wrapping.RewrapAsync(row, current, ct);
                    if (wrapped.IsOk)
                    {
                        anew.Add((row, wrapped.Value));
                    }
                    else if (wrapped.Refusal is VaultRefusal.Forged or VaultRefusal.Destroyed)
                    {
                        Log.KeyDamaged(Logger, row.Header.KeyId, row.Header.Epoch);
                        damaged++;
                    }
                    else
                    {
                        // The key cannot be reached now; the next run goes on here.
                        await StoreAsync(company, current.Version, anew, ct);
                        return done + anew.Count;
                    }
                }

                if (!await StoreAsync(company, current.Version, anew, ct))
                {
                    return done;
                }

                done += anew.Count;
                after = rows[^1];
            }
        }

        if (done > 0)
        {
            await store.WriteAsync(transaction => Tell(transaction, company, current.Version, done, damaged), ct);
            Log.Rewrapped(Logger, done, company.Value, current.Version);
        }

        return done;
    }

    /// <summary>False when the company's key was replaced or stopped meanwhile: the next run begins with what is then.</summary>
    private Task<bool> StoreAsync(CompanyId company, uint version, List<(KeyRow Row, byte[] Wrapped)> anew, CancellationToken ct)
        => store.WriteAsync(
            transaction =>
            {
                if (CompanyKeyTable.Find(transaction, company) is not { State: CompanyState.Active } standing || standing.Version != version)
                {
                    return false;
                }

                foreach (var (row, wrapped) in anew)
                {
                    KeyStore.TryRewrap(transaction, row, wrapped, version);
                }

                return true;
            },
            ct);

    private Done Tell(WriteTransaction transaction, CompanyId company, uint version, long keys, long damaged)
    {
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(Time),
            At = Time.GetUtcNow(),
            Kind = VaultEvents.CompanyKeyRewrapped,
            Actor = Subject.OfSystem(company),
            Target = new("company-key", CompanyKeyTable.Find(transaction, company)!.KeyId, company),
            Outcome = damaged == 0 ? EventOutcome.Success : EventOutcome.Failure,
            Details = new Dictionary<string, string>
            {
                ["version"] = version.ToString(CultureInfo.InvariantCulture),
                ["keys"] = keys.ToString(CultureInfo.InvariantCulture),
                ["damaged"] = damaged.ToString(CultureInfo.InvariantCulture),
            },
        });
        return Done.Value;
    }
}
