using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>Finds events in a company's log. What nobody may read any more is found by what its entry says openly: time, kind, class, severity, outcome.</summary>
public interface IAuditSearch
{
    /// <summary>
    /// Looks from newer to older. One call looks at a bounded number of entries, and then says from where to go on: an answer without events
    /// but with <see cref="AuditFound.Next"/> found nothing so far.
    /// </summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="query">What is wanted; longer lists and texts than <see cref="AuditQuery"/> allows are cut.</param>
    /// <param name="before">Only entries with a smaller index; null begins at the newest.</param>
    /// <param name="count">How many events at most, 1 to 1000.</param>
    /// <param name="ct">Cancels the search.</param>
    ValueTask<Result<AuditFound, AuditRefusal>> FindAsync(Permit permit, AuditQuery query, long? before, int count, CancellationToken ct);
}

/// <summary>Which events are wanted: those that meet every condition that is set.</summary>
public sealed record AuditQuery
{
    /// <summary>Most kinds, and most classes, in one query.</summary>
    public const int MostOfAList = 32;

    /// <summary>Longest text, in characters.</summary>
    public const int LongestText = 200;

    /// <summary>Everything.</summary>
    public static AuditQuery All { get; } = new();

    /// <summary>Happened then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Happened earlier.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Entries from this index on.</summary>
    public long FromIndex { get; init; }

    /// <summary>One of these kinds; empty for any.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>One of these classes of OCSF; empty for any.</summary>
    public IReadOnlyList<int> Classes { get; init; } = [];

    /// <summary>At least as grave.</summary>
    public EventSeverity? AtLeast { get; init; }

    /// <summary>At most as grave.</summary>
    public EventSeverity? AtMost { get; init; }

    /// <summary>How it ended.</summary>
    public EventOutcome? Outcome { get; init; }

    /// <summary>Who did it, or whom it concerns.</summary>
    public PersonId Person { get; init; }

    /// <summary>The target's kind.</summary>
    public string? TargetKind { get; init; }

    /// <summary>The target.</summary>
    public Guid Target { get; init; }

    /// <summary>The device or page session through which it was done.</summary>
    public Guid Via { get; init; }

    /// <summary>Whatever names this: who, through what, to what, whom it concerns, or a detail.</summary>
    public Guid About { get; init; }

    /// <summary>Part of the kind or of a detail, in upper or lower case.</summary>
    public string? Text { get; init; }

    /// <summary>Whether entries must be opened to know whether they are wanted.</summary>
    internal bool LooksInside => Person != default || TargetKind is not null || Target != default || Via != default || About != default || Text is not null;

    /// <summary>Whether it takes the people's numbers to ask the columns.</summary>
    internal bool NamesPeople => Person != default || Target != default || About != default;

    /// <summary>The same within the bounds.</summary>
    internal AuditQuery Bounded() => this with
    {
        FromIndex = Math.Max(0, FromIndex),
        Kinds = [.. Kinds.Take(MostOfAList)],
        Classes = [.. Classes.Take(MostOfAList)],
        TargetKind = string.IsNullOrEmpty(TargetKind) ? null : TargetKind,
        Text = string.IsNullOrWhiteSpace(Text) ? null : Text.Trim() is { Length: > LongestText } text ? text[..LongestText] : Text.Trim(),
    };
}

/// <summary>What a search found.</summary>
public sealed record AuditFound
{
    /// <summary>The events, newest first.</summary>
    public required IReadOnlyList<AuditEntry> Entries { get; init; }

    /// <summary>What to ask with as <c>before</c> to go on; null when the whole log was looked through.</summary>
    public required long? Next { get; init; }

    /// <summary>How many entries were looked at.</summary>
    public required long Looked { get; init; }

    /// <summary>When the oldest of them happened; null when there was none.</summary>
    public required DateTimeOffset? LookedBackTo { get; init; }

    /// <summary>The entries of the log at the time.</summary>
    public required long Size { get; init; }
}
