using System.Globalization;

namespace Rivet.Web.Chat;

/// <summary>Times as a list shows them, in the reader's language and zone.</summary>
internal static class Moments
{
    /// <summary>The time today, the weekday within a week, else the date.</summary>
    public static string Short(DateTimeOffset moment, TimeProvider time)
    {
        var (now, then) = (time.GetLocalNow(), moment.ToLocalTime());
        var culture = CultureInfo.CurrentCulture;
        return then.Date == now.Date ? then.ToString("t", culture)
            : now - then < TimeSpan.FromDays(6) && now > then ? culture.DateTimeFormat.GetAbbreviatedDayName(then.DayOfWeek)
            : then.ToString(then.Year == now.Year ? culture.DateTimeFormat.MonthDayPattern.Replace("MMMM", "MMM", StringComparison.Ordinal) : "d", culture);
    }

    public static string Clock(DateTimeOffset moment) => moment.ToLocalTime().ToString("t", CultureInfo.CurrentCulture);

    public static string Full(DateTimeOffset moment) => moment.ToLocalTime().ToString("f", CultureInfo.CurrentCulture);

    /// <summary>A day as a line between messages.</summary>
    public static string Day(DateOnly day) => day.ToString("D", CultureInfo.CurrentCulture);
}
