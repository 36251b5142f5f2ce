using System.Globalization;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>
/// Destroys the companies' keys whose waiting time is over: every version, and every data key under them, in one transaction; then what a key module holds of
/// them, for as long as it takes the module to answer. What was prepared for requests that nobody decided in time goes too.
/// </summary>
internal sealed class DestructionKeeper(RootKey root, Withholding withholding, IStore store, TimeProvider time, ILogger<DestructionKeeper> logger) : Keeper(time, logger)
{
    protected override TimeSpan Every => TimeSpan.FromSeconds(15);

    /// <summary>Destroys what is due; gives how many companies' keys.</summary>
    public async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        var due = await store.ReadAsync(session => CompanyKeyTable.Due(session, now.ToUnixTimeMilliseconds()), ct);
        var destroyed = 0;
        foreach (var company in due)
        {
            destroyed += await store.WriteAsync(transaction => Destroy(transaction, company, now), ct) ? 1 : 0;
        }

        await ClearModuleAsync(ct);
        var late = now - KeyRequest.Lasts;
        if (await store.ReadAsync(session => KeyRequestTable.HasLate(session, late), ct))
        {
            await store.WriteAsync(transaction => KeyRequestTable.Clear(transaction, late, company: null), ct);
        }

        return destroyed;
    }

    protected override Task TurnAsync(CancellationToken ct) => RunOnceAsync(ct);

    private bool Destroy(WriteTransaction transaction, CompanyId company, DateTimeOffset now)
    {
        // Somebody may have cancelled it meanwhile.
        if (CompanyKeyTable.Find(transaction, company) is not { State: CompanyState.AwaitsDestruction, DestroyMs: { } at } standing || at > now.ToUnixTimeMilliseconds())
        {
            return false;
        }

        var versions = CompanyKeyTable.Versions(transaction, company).Count(row => row.IsLiving && CompanyKeyTable.DestroyVersion(transaction, company, row.Version, now.ToUnixTimeMilliseconds()) == 1);
        var keys = KeyStore.DestroyAll(transaction, company);
        KeyRequestTable.Clear(transaction, now - KeyRequest.Lasts, company);
        CompanyKeyTable.Put(transaction, company, standing with { State = CompanyState.Destroyed, DestroyMs = null, ReturnsTo = null, ChangedMs = now.ToUnixTimeMilliseconds() });
        Record(transaction, company, standing, now, versions, keys);
        transaction.ForgetOverwritten();
        transaction.AfterCommit(() =>
        {
            withholding.Forget(company);
            Log.CompanyDestroyed(Logger, company.Value, keys);
        });
        return true;
    }

    private async Task ClearModuleAsync(CancellationToken ct)
    {
        foreach (var row in await store.ReadAsync(CompanyKeyTable.ToClear, ct))
        {
            if (row.Custody == Custody.External || root.Root is not ModuleRoot module || module.TryDestroy(row.Name, row.Custody))
            {
                await store.WriteAsync(transaction => CompanyKeyTable.Cleared(transaction, row), ct);
            }
        }
    }

    private void Record(WriteTransaction transaction, CompanyId company, CompanyStanding standing, DateTimeOffset now, int versions, int keys)
    {
        var asked = KeyRequestTable.Newest(transaction, company, CompanyKeyView.MostRequests)
            .FirstOrDefault(request => request is { Action: KeyAction.Destroy, State: KeyRequestState.Approved });
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(Time),
            At = now,
            Kind = VaultEvents.CompanyKeyDestroyed,
            Actor = Subject.OfSystem(company),
            Target = new("company-key", standing.KeyId, company),
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string>
            {
                ["versions"] = Text(versions),
                ["keys"] = Text(keys),
                ["asked"] = asked?.AskedBy.Value.ToString() ?? "",
                ["asked-ms"] = Text(asked?.AskedAt.ToUnixTimeMilliseconds() ?? 0),
                ["approved"] = asked?.DecidedBy.Value.ToString() ?? "",
                ["approved-ms"] = Text(asked?.DecidedAt?.ToUnixTimeMilliseconds() ?? 0),
                ["request"] = asked?.Id.ToString() ?? "",
                ["waited-days"] = Text((long)(now - (asked?.DecidedAt ?? now)).TotalDays),
            },
        });
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
