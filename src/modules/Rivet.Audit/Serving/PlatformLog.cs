using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Audit.Keys;
using Rivet.Audit.Receipts;
using Rivet.Audit.Witnessing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Serving;

/// <summary>What companies' administrators do with theirs, for the platform's log.</summary>
internal sealed class PlatformLog(IAuditLog logs, ReceiptMaker receipts, AuditReaders readers, WitnessBook witnesses, LogKeys keys, ILogger<PlatformLog> log) : IPlatformLog
{
    private static readonly Subject Owner = Subject.OfSystem(default);

    public ValueTask<Result<LogHead?, AuditRefusal>> ReadHeadAsync(CancellationToken ct) => logs.ReadHeadAsync(default, ct);

    public ValueTask<Result<string, AuditRefusal>> ReadReceiptAsync(long index, CancellationToken ct) => receipts.MakeAsync(default, index, ct);

    public ValueTask<Result<string, AuditRefusal>> AddReaderAsync(string name, CancellationToken ct) => readers.AddAsync(default, Owner, name, ct);

    public ValueTask<Result<IReadOnlyList<AuditReader>, AuditRefusal>> ListReadersAsync(CancellationToken ct) => readers.ListAsync(default(CompanyId), ct);

    public ValueTask<Result<Done, AuditRefusal>> RemoveReaderAsync(string name, CancellationToken ct) => readers.RemoveAsync(default, Owner, name, ct);

    public ValueTask<Result<AuditWitness, AuditRefusal>> AddWitnessAsync(string key, string url, string? certificate, CancellationToken ct)
        => witnesses.AddAsync(default, Owner, key, url, certificate, ct);

    public ValueTask<Result<IReadOnlyList<AuditWitness>, AuditRefusal>> ListWitnessesAsync(CancellationToken ct) => witnesses.ListAsync(default(CompanyId), ct);

    public ValueTask<Result<Done, AuditRefusal>> RemoveWitnessAsync(string name, CancellationToken ct) => witnesses.RemoveAsync(default, Owner, name, ct);

    public ValueTask<Result<AuditKeys, AuditRefusal>> ReadKeysAsync(CancellationToken ct) => SafelyAsync(async () => await keys.ReadAsync(default, ct));

    public ValueTask<Result<AuditKeys, AuditRefusal>> RotateKeyAsync(CancellationToken ct) => SafelyAsync(() => keys.RotateAsync(default, Owner, ct));

    public ValueTask<Result<AuditKeys, AuditRefusal>> RevokeKeyAsync(string key, CancellationToken ct) => SafelyAsync(() => keys.RevokeAsync(default, Owner, key, ct));

    private async ValueTask<Result<AuditKeys, AuditRefusal>> SafelyAsync(Func<ValueTask<Result<AuditKeys, AuditRefusal>>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }
}
