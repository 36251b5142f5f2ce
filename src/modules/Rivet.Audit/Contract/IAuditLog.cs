using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// The sealed logs of security events: append-only, one a company and one for the platform. Nobody writes here directly; facts arrive
/// through the outbox (<c>transaction.Record(…)</c>). docs/protocol/audit-log.md says how a stranger checks one.
/// </summary>
public interface IAuditLog
{
    /// <summary>A log's key and newest checkpoint, which anybody may have; null while nothing was ever recorded in it.</summary>
    /// <param name="log">The company; empty for the platform.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<LogHead?, AuditRefusal>> ReadHeadAsync(CompanyId log, CancellationToken ct);

    /// <summary>How a log stands that does not grow as usual, because its company's key is withheld or destroyed; null for all others.</summary>
    /// <param name="log">The company.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<LogStanding?, AuditRefusal>> ReadStandingAsync(CompanyId log, CancellationToken ct);

    /// <summary>The last events of the permit's company, newest first.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="count">How many at most, 1 to 1000.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<IReadOnlyList<AuditEntry>, AuditRefusal>> ReadLastAsync(Permit permit, int count, CancellationToken ct);

    /// <summary>Events of the permit's company from an index on, oldest first; fewer at the end.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="from">The first index, from 0.</param>
    /// <param name="count">How many at most, 1 to 1000.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<IReadOnlyList<AuditEntry>, AuditRefusal>> ReadAsync(Permit permit, long from, int count, CancellationToken ct);

    /// <summary>One event of the permit's company, and the proof that the newest checkpoint's tree holds it.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="index">Its index, from 0.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<AuditProof, AuditRefusal>> ProveAsync(Permit permit, long index, CancellationToken ct);

    /// <summary>The receipt of a destruction (docs/protocol/receipt.md), for whoever trusts the log's key.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="index">The event's index, from 0.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<string, AuditRefusal>> ReadReceiptAsync(Permit permit, long index, CancellationToken ct);
}

/// <summary>The public end of a log.</summary>
/// <param name="Key">The log's key: a line of C2SP signed-note's <c>vkey</c>.</param>
/// <param name="Checkpoint">The newest checkpoint, a signed note; all of it, as it goes to others.</param>
/// <param name="Size">How many entries it covers.</param>
/// <param name="SealedAt">When it was signed, by the server's clock.</param>
public sealed record LogHead(string Key, string Checkpoint, long Size, DateTimeOffset SealedAt);

/// <summary>How a log stands that does not grow as usual.</summary>
/// <param name="HasEnded">Whether the company's key was destroyed: nothing is added any more. Otherwise the key is withheld, and the log goes on when it is granted.</param>
/// <param name="Since">Since when, by the server's clock.</param>
/// <param name="Waiting">Events that wait; they come first, in their order, when the log goes on.</param>
/// <param name="Elsewhere">Events that are in the platform's log instead.</param>
/// <param name="First">The first of those there; null for none.</param>
/// <param name="Last">The last of those there; others of the platform's lie between.</param>
public sealed record LogStanding(bool HasEnded, DateTimeOffset Since, long Waiting, long Elsewhere, long? First, long? Last);

/// <summary>A recorded event, as far as its keys still are.</summary>
public sealed record AuditEntry
{
    /// <summary>Its place in its log, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>The leaf hash of RFC 6962, 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>What happened. What was destroyed is empty here.</summary>
    public required SecurityEvent Event { get; init; }

    /// <summary>Whether to what and with which details can be read.</summary>
    public required AuditContentState Content { get; init; }

    /// <summary>Whether the people it names can be read.</summary>
    public required AuditContentState People { get; init; }

    /// <summary>What stands for bytes that are no entry any more.</summary>
    internal static AuditEntry Unreadable(long index, string hash) => new()
    {
        Index = index,
        Hash = hash,
        Event = new SecurityEvent
        {
            Id = default,
            At = default,
            Kind = AuditEvents.Unreadable,
            Actor = default,
            Target = default,
            Outcome = EventOutcome.Failure,
        },
        Content = AuditContentState.Damaged,
        People = AuditContentState.Damaged,
    };
}

/// <summary>Whether a part of an entry can be read.</summary>
public enum AuditContentState
{
    /// <summary>Yes.</summary>
    Readable = 0,

    /// <summary>The vault cannot be reached now.</summary>
    Unavailable = 1,

    /// <summary>Its key was destroyed, by retention or because a person was erased; the entry's hash stands as before.</summary>
    Destroyed = 2,

    /// <summary>It was changed.</summary>
    Damaged = 3,
}

/// <summary>An event with its proof (RFC 6962 §2.1.1).</summary>
/// <param name="Entry">The event.</param>
/// <param name="Bytes">The entry as stored: what the leaf hash is of.</param>
/// <param name="Path">The inclusion proof: hashes of 32 bytes, from the leaf up.</param>
/// <param name="Head">The checkpoint it leads to.</param>
public sealed record AuditProof(AuditEntry Entry, ReadOnlyMemory<byte> Bytes, IReadOnlyList<byte[]> Path, LogHead Head);

/// <summary>Why the log refuses.</summary>
public enum AuditRefusal
{
    /// <summary>The store cannot be read now.</summary>
    Unavailable = 1,

    /// <summary>The permit is for something else.</summary>
    WrongPermit = 2,

    /// <summary>There is no such entry or name.</summary>
    Unknown = 3,

    /// <summary>The name is not 1 to 64 characters on one line.</summary>
    NameInvalid = 4,

    /// <summary>There is one of the name.</summary>
    NameTaken = 5,

    /// <summary>There are as many as a company may have.</summary>
    TooMany = 6,

    /// <summary>That is no key of a witness.</summary>
    WitnessKeyInvalid = 7,

    /// <summary>That is no address of a witness: https, or http on this machine.</summary>
    WitnessUrlInvalid = 8,

    /// <summary>That is no certificate, or the address is not https.</summary>
    WitnessCertificateInvalid = 9,

    /// <summary>The company has a witness of this name, or with this key.</summary>
    WitnessKnown = 10,

    /// <summary>It would have to be recorded, and the log does not keep up; nothing was done.</summary>
    LogBehind = 11,

    /// <summary>Nothing was recorded in the log yet.</summary>
    LogEmpty = 40,

    /// <summary>The log never had a key of this id.</summary>
    KeyUnknown = 41,

    /// <summary>The key is revoked already.</summary>
    KeyRevoked = 42,

    /// <summary>The log's keys were replaced as often as they may be.</summary>
    KeyTooMany = 43,

    /// <summary>The event is no destruction: there is no receipt of it.</summary>
    ReceiptOther = 50,

    /// <summary>The event was recorded before entries committed to what they say: there is no receipt of it.</summary>
    ReceiptNone = 51,

    /// <summary>What the event says was destroyed meanwhile, with its month or its company: there is no receipt of it any more.</summary>
    ReceiptGone = 52,

    /// <summary>The name of an export is not 1 to 64 of <c>a–z 0–9 . -</c>.</summary>
    ExportName = 20,

    /// <summary>The address of an export is not of its form.</summary>
    ExportAddress = 21,

    /// <summary>The pinned certificate is not 64 hexadecimal digits.</summary>
    ExportCertificate = 22,

    /// <summary>The secret of a webhook is missing, too short or too long; or one was given to syslog, which has none.</summary>
    ExportSecret = 23,

    /// <summary>The severity or a class to export is none.</summary>
    ExportFilter = 24,

    /// <summary>Five tests in a minute are enough.</summary>
    ExportTests = 25,

    /// <summary>That class has no retention of its own.</summary>
    RetentionClass = 30,

    /// <summary>So many months are fewer than the class's least, or more than the most.</summary>
    RetentionMonths = 31,

    /// <summary>A shorter retention destroys, and whoever asked did not say that they know.</summary>
    RetentionDestroys = 32,

    /// <summary>The server's clock is in doubt: no retention is shortened meanwhile.</summary>
    ClockInDoubt = 33,

    /// <summary>The time that somebody confirms is not the server's.</summary>
    ClockDiffers = 34,
}
