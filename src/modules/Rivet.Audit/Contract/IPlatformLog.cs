using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// The platform's log for the owner of the server's folders, who has the root key and so everything already: no permit is asked. What is changed is
/// recorded in that log as done by the system.
/// </summary>
public interface IPlatformLog
{
    /// <summary>The log's key and newest checkpoint; null while nothing was ever recorded in it.</summary>
    ValueTask<Result<LogHead?, AuditRefusal>> ReadHeadAsync(CancellationToken ct);

    /// <summary>The receipt of a destruction, by the event's index; a company's whose key was destroyed is here too.</summary>
    ValueTask<Result<string, AuditRefusal>> ReadReceiptAsync(long index, CancellationToken ct);

    /// <summary>Adds a reader; gives the token, which is shown this once.</summary>
    ValueTask<Result<string, AuditRefusal>> AddReaderAsync(string name, CancellationToken ct);

    /// <summary>All readers, by name.</summary>
    ValueTask<Result<IReadOnlyList<AuditReader>, AuditRefusal>> ListReadersAsync(CancellationToken ct);

    /// <summary>Takes a reader's token back.</summary>
    ValueTask<Result<Done, AuditRefusal>> RemoveReaderAsync(string name, CancellationToken ct);

    /// <summary>Has a witness asked by the server, within half a minute while it runs.</summary>
    ValueTask<Result<AuditWitness, AuditRefusal>> AddWitnessAsync(string key, string url, string? certificate, CancellationToken ct);

    /// <summary>The witnesses and how they stand, by name.</summary>
    ValueTask<Result<IReadOnlyList<AuditWitness>, AuditRefusal>> ListWitnessesAsync(CancellationToken ct);

    /// <summary>Asks a witness no more.</summary>
    ValueTask<Result<Done, AuditRefusal>> RemoveWitnessAsync(string name, CancellationToken ct);

    /// <summary>The log's keys.</summary>
    ValueTask<Result<AuditKeys, AuditRefusal>> ReadKeysAsync(CancellationToken ct);

    /// <summary>Lets a new key sign from now on.</summary>
    ValueTask<Result<AuditKeys, AuditRefusal>> RotateKeyAsync(CancellationToken ct);

    /// <summary>Takes a key back that somebody else may have.</summary>
    ValueTask<Result<AuditKeys, AuditRefusal>> RevokeKeyAsync(string key, CancellationToken ct);
}
