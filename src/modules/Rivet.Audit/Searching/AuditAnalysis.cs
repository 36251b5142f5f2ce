using Microsoft.Extensions.Logging;
using Rivet.Audit.Columns;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Searching;

/// <summary>Counts over the columns of all segments, and over the entries behind them, of which there are no columns yet.</summary>
internal sealed class AuditAnalysis(IStore store, IVault vault, SegmentReader segments, EntryOpening opening, ILogger<AuditAnalysis> log) : IAuditAnalysis
{
    /// <summary>Most segments of which entries are read one by one, in one call.</summary>
    internal const int MostMade = 4;

    /// <summary>Most entries that are opened for a text, in one call.</summary>
    internal const int MostOpened = 20_000;

    private const int MostGroupings = 8;
    private const string Permission = "audit.read";

    public async ValueTask<Result<AuditCounts, AuditRefusal>> CountAsync(Permit permit, AuditQuery query, IReadOnlyList<AuditGrouping> groupings, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(permit);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(groupings);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groupings.Count, MostGroupings);
        if (permit.Question.Permission.Name != Permission || permit.Question.Resource != Resource.Of(permit.Company))
        {
            return AuditRefusal.WrongPermit;
        }

        try
        {
            var company = permit.Company;
            var size = await store.ReadAsync(session => LogTable.SizeOf(session, company), ct);
            var namesPeople = query.NamesPeople || groupings.Any(grouping => grouping.By is AuditDimension.Actor or AuditDimension.Person);
            var people = namesPeople ? await PeopleNumbers.ReadAsync(store, vault, company, ct) : PeopleNumbers.None(company);
            return await new ColumnCount(store, segments, opening, people, query.Bounded(), groupings, size).RunAsync(ct);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LogUnavailableException or InvalidDataException)
        {
            Log.ReadFailed(log, exception);
            return AuditRefusal.Unavailable;
        }
    }
}
