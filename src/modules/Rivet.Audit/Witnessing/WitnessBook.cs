using System.Globalization;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Audit.Witnessing;

/// <summary>A company's list of witnesses.</summary>
internal sealed class WitnessBook(IStore store, TimeProvider time, ILogger<WitnessBook> logger) : IAuditWitnesses
{
    private const string Permission = "audit.share";
    private const int MostWitnesses = 8;

    public ValueTask<Result<AuditWitness, AuditRefusal>> AddAsync(Permit permit, string key, string url, string? certificate, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(url);
        return IsFor(permit) ? AddAsync(permit.Company, permit.Subject, key, url, certificate, ct) : new(AuditRefusal.WrongPermit);
    }

    public ValueTask<Result<Done, AuditRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct)
        => IsFor(permit) ? RemoveAsync(permit.Company, permit.Subject, name, ct) : new(AuditRefusal.WrongPermit);

    public ValueTask<Result<IReadOnlyList<AuditWitness>, AuditRefusal>> ListAsync(Permit permit, CancellationToken ct)
        => IsFor(permit) ? ListAsync(permit.Company, ct) : new(AuditRefusal.WrongPermit);

    internal async ValueTask<Result<AuditWitness, AuditRefusal>> AddAsync(CompanyId log, Subject actor, string key, string url, string? certificate, CancellationToken ct)
        => WitnessForm.Parse(log, key, url, certificate, time.GetUtcNow()).TryGet(out var row, out var wrong)
            ? await SafelyAsync(() => store.WriteAsync(transaction => Add(transaction, actor, row), ct))
            : wrong;

    internal ValueTask<Result<Done, AuditRefusal>> RemoveAsync(CompanyId log, Subject actor, string name, CancellationToken ct)
        => SafelyAsync(() => store.WriteAsync(transaction => Remove(transaction, log, actor, name), ct));

    internal ValueTask<Result<IReadOnlyList<AuditWitness>, AuditRefusal>> ListAsync(CompanyId log, CancellationToken ct)
        => SafelyAsync(() => store.ReadAsync<Result<IReadOnlyList<AuditWitness>, AuditRefusal>>(
            session => WitnessTable.Of(session, log).Select(Shown).ToArray(), ct).AsTask());

    /// <summary>How a key is told from another in a security event.</summary>
    public static string IdOf(NoteKey key) => key.Id.ToString("x8", CultureInfo.InvariantCulture);

    private Result<AuditWitness, AuditRefusal> Add(WriteTransaction transaction, Subject actor, WitnessRow row)
    {
        var known = WitnessTable.Of(transaction, row.Company);
        if (known.Any(other => other.Key.Name == row.Key.Name || other.Key.PublicKey.Span.SequenceEqual(row.Key.PublicKey.Span)))
        {
            return AuditRefusal.WitnessKnown;
        }

        if (known.Count >= MostWitnesses)
        {
            return AuditRefusal.TooMany;
        }

        WitnessTable.Add(transaction, row);
        Record(transaction, AuditEvents.WitnessAdded, row.Company, actor, row.Key);
        return Shown(row);
    }

    private Result<Done, AuditRefusal> Remove(WriteTransaction transaction, CompanyId company, Subject actor, string name)
    {
        if (WitnessTable.Find(transaction, company, name) is not { } row)
        {
            return AuditRefusal.Unknown;
        }

        WitnessTable.Remove(transaction, company, name);
        Record(transaction, AuditEvents.WitnessRemoved, company, actor, row.Key);
        return Done.Value;
    }

    private void Record(WriteTransaction transaction, EventKind kind, CompanyId company, Subject actor, NoteKey key) => transaction.Record(new SecurityEvent
    {
        Id = EntityId.New<EventId>(time),
        At = time.GetUtcNow(),
        Kind = kind,
        Actor = actor,
        Target = Resource.Of(company),
        Outcome = EventOutcome.Success,
        Details = new Dictionary<string, string> { ["name"] = key.Name, ["key"] = IdOf(key) },
    });

    private static bool IsFor(Permit permit) => permit.Question.Permission.Name == Permission && permit.Question.Resource == Resource.Of(permit.Company);

    private async ValueTask<Result<T, AuditRefusal>> SafelyAsync<T>(Func<Task<Result<T, AuditRefusal>>> work)
    {
        try
        {
            return await work();
        }
        catch (LogBehindException)
        {
            return AuditRefusal.LogBehind;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(logger, exception);
            return AuditRefusal.Unavailable;
        }
    }

    private static AuditWitness Shown(WitnessRow row) => new()
    {
        Name = row.Key.Name,
        Key = row.Key.ToString(),
        Url = row.Url.AbsoluteUri,
        HasCertificate = row.Certificate is not null,
        AddedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.AddedMs),
        Size = row.Size,
        CosignedAt = At(row.CosignedMs),
        FailingSince = At(row.FailingSinceMs),
        Failure = row.Failure,
        ClockOff = TimeSpan.FromMilliseconds(row.ClockOffMs),
    };

    private static DateTimeOffset? At(long? ms) => ms is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
}
