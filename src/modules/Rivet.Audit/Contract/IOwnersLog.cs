using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>The logs for the owner of the server's folders, who has the root key and so everything already: no permit is asked.</summary>
public interface IOwnersLog
{
    /// <summary>All logs there are, the platform's first.</summary>
    ValueTask<IReadOnlyList<OwnersLogHead>> ReadLogsAsync(CancellationToken ct);

    /// <summary>Events of a log from an index on, oldest first; at most 1000, fewer at the end.</summary>
    ValueTask<IReadOnlyList<AuditEntry>> ReadAsync(CompanyId log, long from, CancellationToken ct);
}

/// <summary>A log.</summary>
/// <param name="Log">Whose; empty for the platform.</param>
/// <param name="Origin">Its name.</param>
/// <param name="Size">How many entries.</param>
public sealed record OwnersLogHead(CompanyId Log, string Origin, long Size);
