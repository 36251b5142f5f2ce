using Rivet.Audit.Columns;

namespace Rivet.Audit.Pages.Charts;

/// <summary>Stretches of time one after another, with the beginnings that counts have.</summary>
internal static class Stretches
{
    /// <summary>Most columns of a chart.</summary>
    public const int Most = 62;

    /// <summary>When the stretch of a moment begins; to the full minute.</summary>
    public static DateTimeOffset StartOf(DateTimeOffset moment, AuditSpan span, TimeZoneInfo zone)
        => TimeSlots.StartOf(DateTimeOffset.FromUnixTimeSeconds(moment.ToUnixTimeSeconds()), span, zone);

    /// <summary>The beginning so many stretches on, or back: by the zone's calendar.</summary>
    public static DateTimeOffset Shifted(DateTimeOffset moment, AuditSpan span, int by, TimeZoneInfo zone)
    {
        if (span == AuditSpan.Hour)
        {
            return TimeZoneInfo.ConvertTime(moment.AddHours(by), zone);
        }

        var local = TimeZoneInfo.ConvertTime(moment, zone).DateTime;
        var shifted = span switch
        {
            AuditSpan.Week => local.AddDays(7 * by),
            AuditSpan.Month => local.AddMonths(by),
            _ => local.AddDays(by),
        };
        return new DateTimeOffset(shifted, zone.GetUtcOffset(shifted));
    }

    /// <summary>All that have a part of a period; the first begins with the period. Empty when there are more than <see cref="Most"/>.</summary>
    public static IReadOnlyList<(DateTimeOffset Start, DateTimeOffset From, DateTimeOffset To)> Between(DateTimeOffset from, DateTimeOffset to, AuditSpan span, TimeZoneInfo zone)
    {
        var stretches = new List<(DateTimeOffset, DateTimeOffset, DateTimeOffset)>();
        for (var start = StartOf(from, span, zone); start < to; start = Shifted(start, span, 1, zone))
        {
            if (stretches.Count == Most)
            {
                return [];
            }

            stretches.Add((start, start < from ? from : start, Shifted(start, span, 1, zone)));
        }

        return stretches;
    }
}
