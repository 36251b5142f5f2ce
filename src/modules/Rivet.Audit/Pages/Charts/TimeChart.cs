using System.Globalization;
using Microsoft.Extensions.Localization;

namespace Rivet.Audit.Pages.Charts;

/// <summary>How many events each stretch of a period had.</summary>
/// <param name="Columns">One a stretch, also those without events.</param>
/// <param name="Keys">The values that columns are made of, with their counts over all; empty when they are not divided.</param>
/// <param name="All">All that was counted.</param>
internal sealed record TimeChart(IReadOnlyList<TimeColumn> Columns, IReadOnlyList<Figure> Keys, Figure All)
{
    /// <summary>The highest column.</summary>
    public long Top => Columns.Max(column => column.All.Count);

    /// <summary>Of counts by stretch, and by value where it is divided; null where the period has too many stretches.</summary>
    public static TimeChart? Of(TimeChartFrame frame, AuditGroup group, EntryWords words, IStringLocalizer<LogText> texts)
    {
        var stretches = Stretches.Between(frame.From, frame.To, frame.Span, frame.Zone);
        if (stretches.Count == 0)
        {
            return null;
        }

        var counts = group.Counts.ToLookup(count => count.Start!.Value.UtcDateTime);
        var values = frame.By is null ? [] : group.Values.Where(value => frame.Query.Narrowed(frame.By.Value, value) is not null).OrderByDescending(value => value, StringComparer.Ordinal).ToArray();
        var columns = stretches.Select(stretch =>
        {
            var (mine, query) = (counts[stretch.Start.UtcDateTime].ToArray(), frame.Query with { Last = null, From = stretch.From, To = stretch.To });
            var name = frame.NameOf(stretch.From, texts);
            return new TimeColumn(
                name, frame.ShortNameOf(stretch.From, texts), Figure(name, mine, query),
                [.. values.Select(value => Part(value, mine.Where(count => count.Value == value), query))]);
        }).ToArray();
        var whole = frame.Query with { Last = null, From = frame.From };
        return new TimeChart(columns, [.. values.Select(value => Part(value, group.Counts.Where(count => count.Value == value), whole))], Figure(texts["Events"], group.Counts, whole));

        Figure Part(string value, IEnumerable<AuditCount> mine, LogQuery query)
            => Figure(words.Value(frame.By!.Value, value, person => person.ToString()), mine, query.Narrowed(frame.By.Value, value)!) with { Pattern = PatternOf(frame.By.Value, value) };
    }

    private static Figure Figure(string name, IEnumerable<AuditCount> counts, LogQuery query) => new(name, counts.Sum(count => count.Count), LogAddress.Of(query));

    private static string PatternOf(AuditDimension by, string value) => by switch
    {
        AuditDimension.Outcome => value == "failure" ? "o2" : "o1",
        AuditDimension.Severity => $"s{value}",
        _ => "plain",
    };
}

/// <summary>One stretch.</summary>
/// <param name="Name">Which one, in words.</param>
/// <param name="Short">The same where there is little room.</param>
/// <param name="All">All of its events.</param>
/// <param name="Parts">By value, in the order of the chart's keys.</param>
internal sealed record TimeColumn(string Name, string Short, Figure All, IReadOnlyList<Figure> Parts);

/// <summary>What a chart over time is of.</summary>
/// <param name="Query">What is counted; its own period does not matter.</param>
/// <param name="From">Where the chart begins, at a full minute.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Span">How long a column is.</param>
/// <param name="By">What columns are divided by.</param>
/// <param name="Zone">Where days begin.</param>
internal sealed record TimeChartFrame(LogQuery Query, DateTimeOffset From, DateTimeOffset To, AuditSpan Span, AuditDimension? By, TimeZoneInfo Zone)
{
    public string NameOf(DateTimeOffset start, IStringLocalizer<LogText> texts) => Format(start, texts[$"stretch.{Span}"]);

    public string ShortNameOf(DateTimeOffset start, IStringLocalizer<LogText> texts) => Format(start, texts[$"stretch.{Span}.short"]);

    private string Format(DateTimeOffset start, string format) => TimeZoneInfo.ConvertTime(start, Zone).ToString(format, CultureInfo.CurrentCulture);
}
