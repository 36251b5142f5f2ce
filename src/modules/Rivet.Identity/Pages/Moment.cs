using System.Globalization;

namespace Rivet.Identity.Pages;

/// <summary>A point in time in the reader's language.</summary>
internal static class Moment
{
    /// <summary>Day and minute; the zone is said, since server and reader may be in different ones.</summary>
    public static string Of(DateTimeOffset at)
        => at.UtcDateTime.ToString(
            CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh" ? "yyyy年M月d日 HH:mm 'UTC'" : "d MMMM yyyy, HH:mm 'UTC'",
            CultureInfo.CurrentUICulture);
}
