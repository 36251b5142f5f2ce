using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>
/// Counts events of a company's log: all of it, millions at once, over columns that are sealed under the keys of the entries themselves. What was
/// destroyed is counted by what its entry says openly, and is nobody's.
/// </summary>
public interface IAuditAnalysis
{
    /// <summary>Counts what a query wants, in one pass, once for each grouping.</summary>
    /// <param name="permit">For <c>audit.read</c> on the company.</param>
    /// <param name="query">What is wanted. With a <see cref="AuditQuery.Text"/> entries have to be opened, and the counts may begin late: <see cref="AuditCounts.FromIndex"/>.</param>
    /// <param name="groupings">How to count, 1 to 8.</param>
    /// <param name="ct">Cancels the counting.</param>
    ValueTask<Result<AuditCounts, AuditRefusal>> CountAsync(Permit permit, AuditQuery query, IReadOnlyList<AuditGrouping> groupings, CancellationToken ct);
}

/// <summary>How to count.</summary>
public sealed record AuditGrouping
{
    /// <summary>Most values that are told by themselves.</summary>
    public const int MostValues = 1000;

    /// <summary>By which value; null counts all together.</summary>
    public AuditDimension? By { get; init; }

    /// <summary>In stretches of which length; null counts all time together.</summary>
    public AuditSpan? Per { get; init; }

    /// <summary>Where days and months begin.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How many values are told, those with most events; the others are in <see cref="AuditCount.Others"/>. 1 to <see cref="MostValues"/>.</summary>
    public int Most { get; init; } = 50;
}

/// <summary>What events are counted by.</summary>
public enum AuditDimension
{
    /// <summary>The kind: its name.</summary>
    Kind,

    /// <summary>The class of OCSF: its number.</summary>
    Class,

    /// <summary>The severity: its number.</summary>
    Severity,

    /// <summary>How it ended: <c>success</c> or <c>failure</c>.</summary>
    Outcome,

    /// <summary>Who did it: 32 hexadecimal digits; empty for nobody, the system, and whoever was erased.</summary>
    Actor,

    /// <summary>Who did it or whom it concerns, once for each; else as <see cref="Actor"/>.</summary>
    Person,

    /// <summary>The target's kind; empty for none and for what was destroyed.</summary>
    TargetKind,
}

/// <summary>Stretches of time, which begin at full hours, at midnight, on Mondays, on firsts.</summary>
public enum AuditSpan
{
    /// <summary>An hour.</summary>
    Hour,

    /// <summary>A day.</summary>
    Day,

    /// <summary>A week.</summary>
    Week,

    /// <summary>A month.</summary>
    Month,
}

/// <summary>What was counted.</summary>
/// <param name="Total">How many events were wanted.</param>
/// <param name="Groups">The counts, in the order of the groupings.</param>
/// <param name="FromIndex">Only entries from here on were looked at; 0, or where the query begins, for all of it.</param>
/// <param name="Size">The entries of the log at the time.</param>
public sealed record AuditCounts(long Total, IReadOnlyList<AuditGroup> Groups, long FromIndex, long Size);

/// <summary>The counts of one grouping.</summary>
/// <param name="Counts">One a value and stretch that has any: by stretch, and within it the most frequent first.</param>
/// <param name="Values">The values that are told by themselves, the most frequent first.</param>
public sealed record AuditGroup(IReadOnlyList<AuditCount> Counts, IReadOnlyList<string> Values);

/// <summary>How many events have a value in a stretch.</summary>
/// <param name="Start">When the stretch begins; null without stretches.</param>
/// <param name="Value">The value, as <see cref="AuditDimension"/> says; <see cref="Others"/> for those that are not told by themselves.</param>
/// <param name="Count">How many.</param>
public sealed record AuditCount(DateTimeOffset? Start, string Value, long Count)
{
    /// <summary>Stands for all values that are not told by themselves.</summary>
    public const string Others = "*";
}
