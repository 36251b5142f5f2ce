using System.Text.Json;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>Reads the log for who is permitted to.</summary>
internal sealed class AuditLog(IStore store, AuditVerifier verifier, ILogger<AuditLog> log) : IAuditLog
{
    private const string Permission = "audit.read";
    private const int MostAtOnce = 1000;

    public async ValueTask<Result<IReadOnlyList<AuditEntry>, AuditRefusal>> ReadLastAsync(Permit permit, int count, CancellationToken ct)
    {
        if (!Allows(permit))
        {
            return AuditRefusal.WrongPermit;
        }

        try
        {
            return await store.ReadAsync(
                session => session.Query(
                    $"SELECT {ChainRow.Columns} FROM audit_event WHERE company = $1 ORDER BY sequence DESC LIMIT $2",
                    row => ChainRow.TryRead(row, out var read) ? Entry(read) : null,
                    permit.Company.ToBytes(), Math.Clamp(count, 1, MostAtOnce)).OfType<AuditEntry>().ToArray(),
                ct);
        }
        catch (StoreUnavailableException exception)
        {
            Log.CheckFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }

    public async ValueTask<Result<ChainCheck, AuditRefusal>> VerifyAsync(Permit permit, AuditHead? remembered, CancellationToken ct)
    {
        if (!Allows(permit))
        {
            return AuditRefusal.WrongPermit;
        }

        try
        {
            return await verifier.VerifyAllAsync(remembered, ct);
        }
        catch (StoreUnavailableException exception)
        {
            Log.CheckFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }

    private static bool Allows(Permit permit)
        => permit.Question.Permission.Name == Permission && permit.Question.Resource == Resource.Of(permit.Company);

    /// <summary>A row that was changed into something unreadable is the verifier's to report, not the reader's to fail on.</summary>
    private static AuditEntry? Entry(ChainRow row)
    {
        try
        {
            return new(row.Sequence, row.ToEvent(), Convert.ToHexStringLower(row.Hash));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
