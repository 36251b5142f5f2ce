using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// The record of security facts: append-only, one hash chain for the server. Nobody writes here directly; facts arrive
/// through the outbox (<c>transaction.Record(…)</c>).
/// </summary>
public interface IAuditLog
{
    /// <summary>The last events of the permit's company, newest first.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="count">How many at most, 1 to 1000.</param>
    /// <param name="ct">Cancels the reading.</param>
    ValueTask<Result<IReadOnlyList<AuditEntry>, AuditRefusal>> ReadLastAsync(Permit permit, int count, CancellationToken ct);

    /// <summary>Verifies the whole chain, and that it still holds the head the asker remembers.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="remembered">A head from an earlier check, kept outside this server; null when there is none.</param>
    /// <param name="ct">Cancels the check.</param>
    ValueTask<Result<ChainCheck, AuditRefusal>> VerifyAsync(Permit permit, AuditHead? remembered, CancellationToken ct);
}

/// <summary>A recorded event.</summary>
/// <param name="Sequence">Its place in the chain; dense from 1 over all companies.</param>
/// <param name="Event">What happened.</param>
/// <param name="Hash">Its SHA-256 in the chain, 64 hexadecimal digits.</param>
public sealed record AuditEntry(long Sequence, SecurityEvent Event, string Hash);

/// <summary>The end of the chain at some time: whoever keeps it can prove later that nothing before it was changed.</summary>
/// <param name="Sequence">The last event's place; 0 for an empty chain.</param>
/// <param name="Hash">Its SHA-256, 64 hexadecimal digits.</param>
public sealed record AuditHead(long Sequence, string Hash)
{
    /// <summary>The head of an empty chain.</summary>
    public static AuditHead Empty { get; } = new(0, new string('0', 64));
}

/// <summary>What a check found.</summary>
/// <param name="Head">The last event that still fits.</param>
/// <param name="Break">Where and how the chain breaks; null when it is intact.</param>
public sealed record ChainCheck(AuditHead Head, ChainBreak? Break);

/// <summary>The first place where the chain does not hold.</summary>
/// <param name="Sequence">The event at or before which something was done.</param>
/// <param name="Kind">What was done.</param>
public sealed record ChainBreak(long Sequence, ChainBreakKind Kind);

/// <summary>The ways a chain breaks.</summary>
public enum ChainBreakKind
{
    /// <summary>The event's fields do not give its hash.</summary>
    Changed = 1,

    /// <summary>Events are missing before this one.</summary>
    Removed = 2,

    /// <summary>The event does not follow the one before it: replaced, inserted or put in another order.</summary>
    Relinked = 3,

    /// <summary>The chain ends before the remembered head.</summary>
    Cut = 4,

    /// <summary>Another event stands where the remembered head was: the chain was written anew.</summary>
    Rewritten = 5,
}

/// <summary>Why the log refuses.</summary>
public enum AuditRefusal
{
    /// <summary>The store cannot be read now.</summary>
    Unavailable = 1,

    /// <summary>The permit is for something else.</summary>
    WrongPermit = 2,
}
