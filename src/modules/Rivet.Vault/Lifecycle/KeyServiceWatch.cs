using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>
/// Asks each customer's key service, again and again, whether the company's key is still granted. A no is heard within
/// <see cref="VaultOptions.KeyServiceAskedEvery"/> and the budget of one call, silence is borne for <see cref="VaultOptions.KeyServiceMayBeSilentFor"/>: then everything
/// of the company is forgotten. One slow service does not make the others wait.
/// </summary>
internal sealed class KeyServiceWatch(
    KeyServices services, CompanyKeys companies, Withholding withholding, IStore store, IOptions<VaultOptions> options, TimeProvider time, ILogger<KeyServiceWatch> logger)
    : Keeper(time, logger)
{
    private readonly ConcurrentDictionary<CompanyId, long> grantedAt = new();

    protected override TimeSpan Every => options.Value.KeyServiceAskedEvery;

    /// <summary>Asks every service once.</summary>
    public async Task RunOnceAsync(CancellationToken ct)
    {
        var outside = await store.ReadAsync(CompanyKeyTable.Outside, ct);
        await Task.WhenAll(outside.Select(company => AskAsync(company, ct)));
        foreach (var gone in grantedAt.Keys.Except(outside).ToArray())
        {
            grantedAt.TryRemove(gone, out _);
        }
    }

    protected override Task TurnAsync(CancellationToken ct) => RunOnceAsync(ct);

    private async Task AskAsync(CompanyId company, CancellationToken ct)
    {
        var (standing, row) = await store.ReadAsync(
            session => CompanyKeyTable.Find(session, company) is { } found ? (found, CompanyKeyTable.FindVersion(session, company, found.Version)) : default, ct);
        if (standing is null || row is null)
        {
            return;
        }

        var began = Time.GetTimestamp();
        var answer = await services.OpenAsync(row, ct);
        if (answer.TryGet(out var secret, out var why))
        {
            CryptographicOperations.ZeroMemory(secret);
            grantedAt[company] = began;
            companies.Granted(company, row.Version, began);
            if (standing.WithheldMs is not null)
            {
                await store.WriteAsync(transaction => Grant(transaction, company), ct);
            }
        }
        else if (why == VaultRefusal.Withheld)
        {
            await WithholdAsync(company, standing, "refused", ct);
        }
        else if (Time.GetElapsedTime(grantedAt.GetOrAdd(company, began)) >= options.Value.KeyServiceMayBeSilentFor)
        {
            await WithholdAsync(company, standing, "silent", ct);
        }
    }

    /// <summary>Forgets first, and notes it then.</summary>
    private async Task WithholdAsync(CompanyId company, CompanyStanding standing, string reason, CancellationToken ct)
    {
        withholding.Forget(company);
        if (standing.WithheldMs is null)
        {
            Log.Withheld(Logger, company.Value, reason);
            await store.WriteAsync(transaction => Note(transaction, company, reason), ct);
        }
    }

    private Done Note(WriteTransaction transaction, CompanyId company, string reason)
    {
        var now = Time.GetUtcNow();
        if (CompanyKeyTable.Find(transaction, company) is { WithheldMs: null } standing)
        {
            CompanyKeyTable.Put(transaction, company, standing with { WithheldMs = now.ToUnixTimeMilliseconds() });
            Record(transaction, VaultEvents.CompanyKeyWithheld, company, standing, now, "reason", reason);
        }

        return Done.Value;
    }

    private Done Grant(WriteTransaction transaction, CompanyId company)
    {
        var now = Time.GetUtcNow();
        if (CompanyKeyTable.Find(transaction, company) is { WithheldMs: { } since } standing)
        {
            CompanyKeyTable.Put(transaction, company, standing with { WithheldMs = null });
            var seconds = Math.Max(0, (now.ToUnixTimeMilliseconds() - since) / 1000);
            Record(transaction, VaultEvents.CompanyKeyGranted, company, standing, now, "withheld-seconds", seconds.ToString(CultureInfo.InvariantCulture));
            transaction.AfterCommit(() => Log.Granted(Logger, company.Value));
        }

        return Done.Value;
    }

    private void Record(WriteTransaction transaction, EventKind kind, CompanyId company, CompanyStanding standing, DateTimeOffset now, string name, string value)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(Time),
            At = now,
            Kind = kind,
            Actor = Subject.OfSystem(company),
            Target = new("company-key", standing.KeyId, company),
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string> { [name] = value },
        });
}
