using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// Who outside may read a company's sealed entries and hashes over HTTPS, each by a token of their own. What events say stays sealed for them too:
/// they can prove that nothing was changed, and count.
/// </summary>
public interface IAuditReaders
{
    /// <summary>Adds a reader; gives the token, which is shown this once.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="name">1 to 64 characters, no control characters; the company has no other reader of the name.</param>
    /// <param name="ct">Withdraws it.</param>
    ValueTask<Result<string, AuditRefusal>> AddAsync(Permit permit, string name, CancellationToken ct);

    /// <summary>All readers, by name.</summary>
    ValueTask<Result<IReadOnlyList<AuditReader>, AuditRefusal>> ListAsync(Permit permit, CancellationToken ct);

    /// <summary>Takes a reader's token back, from the next request on.</summary>
    ValueTask<Result<Done, AuditRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct);
}

/// <summary>A reader.</summary>
/// <param name="Name">As the company calls them.</param>
/// <param name="AddedAt">Since when.</param>
public sealed record AuditReader(string Name, DateTimeOffset AddedAt);
