using System.Globalization;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Audit.Witnessing;

/// <summary>A company's list of witnesses.</summary>
internal sealed class WitnessBook(IStore store, TimeProvider time, ILogger<WitnessBook> log) : IAuditWitnesses
{
    private const string Permission = "audit.share";
    private const int MostWitnesses = 8;

    public async ValueTask<Result<AuditWitness, AuditRefusal>> AddAsync(Permit permit, string key, string url, string? certificate, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(url);
        if (!IsFor(permit))
        {
            return AuditRefusal.WrongPermit;
        }

        return WitnessForm.Parse(permit.Company, key, url, certificate, time.GetUtcNow()).TryGet(out var row, out var wrong)
            ? await SafelyAsync(() => store.WriteAsync(transaction => Add(transaction, permit, row), ct))
            : wrong;
    }

    public async ValueTask<Result<Done, AuditRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct)
        => IsFor(permit) ? await SafelyAsync(() => store.WriteAsync(transaction => Remove(transaction, permit, name), ct)) : AuditRefusal.WrongPermit;

    public async ValueTask<Result<IReadOnlyList<AuditWitness>, AuditRefusal>> ListAsync(Permit permit, CancellationToken ct)
        => IsFor(permit)
            ? await SafelyAsync(() => store.ReadAsync<Result<IReadOnlyList<AuditWitness>, AuditRefusal>>(
                session => WitnessTable.Of(session, permit.Company).Select(Shown).ToArray(), ct).AsTask())
            : AuditRefusal.WrongPermit;

    /// <summary>How a key is told from another in a security event.</summary>
    public static string IdOf(NoteKey key) => key.Id.ToString("x8", CultureInfo.InvariantCulture);

    private Result<AuditWitness, AuditRefusal> Add(WriteTransaction transaction, Permit permit, WitnessRow row)
    {
        var known = WitnessTable.Of(transaction, permit.Company);
        if (known.Any(other => other.Key.Name == row.Key.Name || other.Key.PublicKey.Span.SequenceEqual(row.Key.PublicKey.Span)))
        {
            return AuditRefusal.WitnessKnown;
        }

        if (known.Count >= MostWitnesses)
        {
            return AuditRefusal.TooMany;
        }

        WitnessTable.Add(transaction, row);
        Record(transaction, AuditEvents.WitnessAdded, permit, row.Key);
        return Shown(row);
    }

    private Result<Done, AuditRefusal> Remove(WriteTransaction transaction, Permit permit, string name)
    {
        if (WitnessTable.Find(transaction, permit.Company, name) is not { } row)
        {
            return AuditRefusal.Unknown;
        }

        WitnessTable.Remove(transaction, permit.Company, name);
        Record(transaction, AuditEvents.WitnessRemoved, permit, row.Key);
        return Done.Value;
    }

    private void Record(WriteTransaction transaction, EventKind kind, Permit permit, NoteKey key) => transaction.Record(new SecurityEvent
    {
        Id = EntityId.New<EventId>(time),
        At = time.GetUtcNow(),
        Kind = kind,
        Actor = permit.Subject,
        Target = permit.Question.Resource,
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
            Log.ReadFailed(log, exception);
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
