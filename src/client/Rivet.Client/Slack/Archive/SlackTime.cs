using System.Globalization;

namespace Rivet.Client.Slack;

/// <summary>Slack's time stamp: Unix seconds and microseconds, which also names a message in its channel.</summary>
internal readonly record struct SlackTime(long Micros) : IComparable<SlackTime>
{
    private const long PerSecond = 1_000_000;
    private const int FractionDigits = 6;

    /// <summary>Unix milliseconds; never 0, which says that there is no time.</summary>
    public long Milliseconds => Math.Max(1, Micros / 1000);

    public static bool TryParse(ReadOnlySpan<char> text, out SlackTime time)
    {
        time = default;
        var dot = text.IndexOf('.');
        var whole = dot < 0 ? text : text[..dot];
        var fraction = dot < 0 ? "0" : text[(dot + 1)..];
        if (whole.Length is 0 or > 11 || fraction.Length is 0 or > FractionDigits
            || !long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || !long.TryParse(fraction, NumberStyles.None, CultureInfo.InvariantCulture, out var micros))
        {
            return false;
        }

        for (var digit = fraction.Length; digit < FractionDigits; digit++)
        {
            micros *= 10;
        }

        time = new SlackTime((seconds * PerSecond) + micros);
        return true;
    }

    public int CompareTo(SlackTime other) => Micros.CompareTo(other.Micros);

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Micros / PerSecond}.{Micros % PerSecond:D6}");
}
