using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// The keys that sign a company's log. A key can be replaced, and the one before it taken back when somebody else may have it; the log's name stays.
/// docs/protocol/audit-log.md says what others see of that.
/// </summary>
public interface IAuditKeys
{
    /// <summary>All keys the log ever had, oldest first, and the statements about them.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<Result<AuditKeys, AuditRefusal>> ReadAsync(Permit permit, CancellationToken ct);

    /// <summary>Lets a new key sign from now on; the old one signs beside it for a while. Recorded as <c>audit.key.rotated</c>.</summary>
    /// <param name="permit">For <c>audit.key</c> on the company.</param>
    /// <param name="ct">Withdraws the request, until it is done.</param>
    ValueTask<Result<AuditKeys, AuditRefusal>> RotateAsync(Permit permit, CancellationToken ct);

    /// <summary>
    /// Takes a key back that somebody else may have: it signs nothing any more, and no checkpoint counts under it beyond the size at which it was
    /// replaced. The log's key of now is replaced at once. Recorded as <c>audit.key.revoked</c>.
    /// </summary>
    /// <param name="permit">For <c>audit.key</c> on the company.</param>
    /// <param name="key">The key's id: the eight hexadecimal digits in its line.</param>
    /// <param name="ct">Withdraws the request, until it is done.</param>
    ValueTask<Result<AuditKeys, AuditRefusal>> RevokeAsync(Permit permit, string key, CancellationToken ct);
}

/// <summary>A log's keys.</summary>
/// <param name="Keys">Oldest first; the last is the log's of now.</param>
/// <param name="Statements">The file of statements, as it goes to others; empty while the log has its first key.</param>
public sealed record AuditKeys(IReadOnlyList<AuditKey> Keys, string Statements);

/// <summary>A key that is or was a log's.</summary>
public sealed record AuditKey
{
    /// <summary>Eight hexadecimal digits that tell it from the log's others.</summary>
    public required string Id { get; init; }

    /// <summary>The line for those who verify.</summary>
    public required string Line { get; init; }

    /// <summary>From which size on it signs.</summary>
    public required long From { get; init; }

    /// <summary>Up to which size it counts; null for the log's key of now.</summary>
    public required long? Until { get; init; }

    /// <summary>When it was replaced.</summary>
    public required DateTimeOffset? ReplacedAt { get; init; }

    /// <summary>When it was revoked.</summary>
    public required DateTimeOffset? RevokedAt { get; init; }
}
