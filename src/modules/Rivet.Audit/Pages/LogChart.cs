using Microsoft.Extensions.Localization;
using Rivet.Audit.Pages.Charts;

namespace Rivet.Audit.Pages;

/// <summary>What the query wants over time, above its rows; in days of UTC, as the rows are.</summary>
internal static class LogChart
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.Utc;

    /// <summary>How to count; null where the period is too short for columns.</summary>
    public static AuditSpan? SpanOf(LogQuery query, DateTimeOffset now)
        => query.At(now).From is not { } from ? AuditSpan.Day : Suits(from, EndOf(query, now));

    /// <summary>Null where there is nothing to see.</summary>
    public static TimeChart? Of(LogQuery query, AuditGroup group, AuditSpan span, DateTimeOffset now, EntryWords words, IStringLocalizer<LogText> texts)
    {
        if (group.Counts.Count == 0)
        {
            return null;
        }

        var from = query.At(now).From ?? group.Counts[0].Start!.Value;
        from = DateTimeOffset.FromUnixTimeSeconds(from.ToUnixTimeSeconds() / 60 * 60);
        return Suits(from, EndOf(query, now)) is { } suits && (suits != AuditSpan.Hour || span == AuditSpan.Hour)
            ? TimeChart.Of(new TimeChartFrame(query, from, EndOf(query, now), suits, null, Zone), suits == span ? group : Folded(group, suits), words, texts) : null;
    }

    private static DateTimeOffset EndOf(LogQuery query, DateTimeOffset now) => query.To is { } to && to < now ? to : now;

    /// <summary>The shortest stretches that are not too many, if there are some.</summary>
    private static AuditSpan? Suits(DateTimeOffset from, DateTimeOffset to)
        => Enum.GetValues<AuditSpan>().Where(span => Stretches.Between(from, to, span, Zone).Count > 1 && (span != AuditSpan.Hour || to - from > TimeSpan.FromHours(2)))
            .Select(span => (AuditSpan?)span).FirstOrDefault();

    /// <summary>Days as weeks or months: how long the log is was not known before it was counted.</summary>
    private static AuditGroup Folded(AuditGroup group, AuditSpan span)
        => new([.. group.Counts.GroupBy(count => Stretches.StartOf(count.Start!.Value, span, Zone)).Select(counts => new AuditCount(counts.Key, string.Empty, counts.Sum(count => count.Count)))], group.Values);
}
