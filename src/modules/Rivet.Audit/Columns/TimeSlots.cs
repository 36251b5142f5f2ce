namespace Rivet.Audit.Columns;

/// <summary>
/// To which stretch a time of a month belongs. Every zone's midnights are at quarters of an hour of UTC, so quarters are told once and looked up.
/// </summary>
internal sealed class TimeSlots
{
    private const int QuartersAMonth = 31 * 24 * 4;
    private const int QuarterMs = 15 * 60 * 1000;
    private readonly int[] stretches = new int[QuartersAMonth];
    private readonly List<DateTimeOffset> starts = [];

    public TimeSlots(long monthMs, AuditSpan span, TimeZoneInfo zone)
    {
        var month = DateTimeOffset.FromUnixTimeMilliseconds(monthMs);
        for (var quarter = 0; quarter < QuartersAMonth; quarter++)
        {
            var start = StartOf(month.AddMilliseconds((long)quarter * QuarterMs), span, zone);
            if (starts.Count == 0 || starts[^1] != start)
            {
                starts.Add(start);
            }

            stretches[quarter] = starts.Count - 1;
        }
    }

    public int Count => starts.Count;

    /// <summary>The stretch of a time, in milliseconds since the month began.</summary>
    public int this[long ms] => stretches[Math.Min(ms / QuarterMs, QuartersAMonth - 1)];

    public DateTimeOffset StartOf(int stretch) => starts[stretch];

    /// <summary>When the stretch of a moment began.</summary>
    internal static DateTimeOffset StartOf(DateTimeOffset moment, AuditSpan span, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(moment, zone);
        if (span == AuditSpan.Hour)
        {
            return local.AddMinutes(-local.Minute).AddSeconds(-local.Second).AddMilliseconds(-local.Millisecond);
        }

        var day = span switch
        {
            AuditSpan.Week => local.Date.AddDays(-(((int)local.DayOfWeek + 6) % 7)),
            AuditSpan.Month => new DateTime(local.Year, local.Month, 1),
            _ => local.Date,
        };
        return new DateTimeOffset(day, zone.GetUtcOffset(day));
    }
}
