using System.Globalization;

namespace Rivet.Transit.Calls;

/// <summary>Periods in requests: whole seconds, or a number with s, m, h or d.</summary>
internal static class Duration
{
    private static readonly TimeSpan Least = TimeSpan.FromHours(1);
    private static readonly TimeSpan Most = TimeSpan.FromDays(3650);

    /// <summary>Reads 0, or a period within the bounds of rotation.</summary>
    public static bool TryParse(string text, out TimeSpan period)
    {
        period = default;
        var unit = text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        var digits = unit == 0 ? text : text[..^1];
        if (digits.Length > 10 || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var seconds = number * Math.Max(1, unit);
        if (seconds != 0 && (seconds < Least.TotalSeconds || seconds > Most.TotalSeconds))
        {
            return false;
        }

        period = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
