using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Reading;

/// <summary>Reads every log.</summary>
internal sealed class OwnersLog(IStore store, EntryOpening opening) : IOwnersLog
{
    private const int AtOnce = 1000;

    public async ValueTask<IReadOnlyList<OwnersLogHead>> ReadLogsAsync(CancellationToken ct) => await store.ReadAsync(
        session => session.Query(
            "SELECT company, origin, size FROM audit_log ORDER BY company",
            row => new OwnersLogHead(new(new Guid((byte[])row.GetValue(0), bigEndian: true)), row.GetString(1), row.GetInt64(2))),
        ct);

    public async ValueTask<IReadOnlyList<AuditEntry>> ReadAsync(CompanyId log, long from, CancellationToken ct)
    {
        var stored = await store.ReadAsync(
            session => LogTable.Entries(session, log, from, Math.Min(LogTable.Find(session, log)?.Size ?? 0, from + AtOnce)), ct);
        return await opening.OpenAsync(log, from, stored, ct);
    }
}
