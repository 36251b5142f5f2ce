using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// Who outside a company cosigns its log's checkpoints (c2sp.org/tlog-witness). With one of them, a history written anew is found by whoever
/// asks it.
/// </summary>
public interface IAuditWitnesses
{
    /// <summary>Asks a witness from now on; recorded as <c>audit.witness.added</c>.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="key">Its key: a line of signed-note's <c>vkey</c>, of the kind that cosigns.</param>
    /// <param name="url">Its address, before <c>/add-checkpoint</c>: https, or http on this machine.</param>
    /// <param name="certificate">The one certificate it shows, in PEM; null leaves it to the machine's authorities.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<Result<AuditWitness, AuditRefusal>> AddAsync(Permit permit, string key, string url, string? certificate, CancellationToken ct);

    /// <summary>Asks a witness no more; what it cosigned stays. Recorded as <c>audit.witness.removed</c>.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="name">Its key's name.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<Result<Done, AuditRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct);

    /// <summary>The company's witnesses and how they stand, by name.</summary>
    /// <param name="permit">For <c>audit.share</c> on the company.</param>
    /// <param name="ct">Withdraws the request.</param>
    ValueTask<Result<IReadOnlyList<AuditWitness>, AuditRefusal>> ListAsync(Permit permit, CancellationToken ct);
}

/// <summary>A witness of a company's log.</summary>
public sealed record AuditWitness
{
    /// <summary>The key's name.</summary>
    public required string Name { get; init; }

    /// <summary>The key: a line of <c>vkey</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Its address.</summary>
    public required string Url { get; init; }

    /// <summary>Whether only one certificate is trusted.</summary>
    public required bool HasCertificate { get; init; }

    /// <summary>Since when it is asked.</summary>
    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>How many entries it knows of.</summary>
    public required long Size { get; init; }

    /// <summary>When it cosigned last, by its clock; null if never.</summary>
    public required DateTimeOffset? CosignedAt { get; init; }

    /// <summary>Since when it does not cosign; null while it does.</summary>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>Why it does not.</summary>
    public required AuditWitnessFailure? Failure { get; init; }

    /// <summary>How far its clock is before the server's, when that is more than five minutes; else zero.</summary>
    public required TimeSpan ClockOff { get; init; }
}

/// <summary>Why a witness did not cosign.</summary>
public enum AuditWitnessFailure
{
    /// <summary>It cannot be reached.</summary>
    Unreachable = 1,

    /// <summary>Its certificate is not trusted, or not the one that was given.</summary>
    Untrusted = 2,

    /// <summary>It did not answer within ten seconds.</summary>
    TooSlow = 3,

    /// <summary>It says to ask elsewhere.</summary>
    Redirects = 4,

    /// <summary>Its answer is longer than any answer is.</summary>
    TooLong = 5,

    /// <summary>It does not know the log: its operator has to add the log's key.</summary>
    NotWatched = 6,

    /// <summary>It knows the log under another key.</summary>
    KeyRefused = 7,

    /// <summary>It refuses the request, or fails.</summary>
    Refuses = 8,

    /// <summary>Its answer is none.</summary>
    NotUnderstood = 9,

    /// <summary>Its answer is not signed by its key, or signs something else.</summary>
    SignatureWrong = 10,

    /// <summary>Its time is ahead of the server's by more than five minutes, or before what it said last.</summary>
    TimeWrong = 11,

    /// <summary>It has seen another history of this log, or a longer one: the log was forked, or restored from a backup.</summary>
    Disagrees = 12,

    /// <summary>The log as stored does not give its own checkpoint's root: nothing was sent.</summary>
    LogDamaged = 13,

    /// <summary>It knows the log under another key, and the log's key was replaced: its operator has to say the new one.</summary>
    KeyReplaced = 14,
}
