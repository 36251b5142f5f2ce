using System.Globalization;
using System.Text;

namespace Rivet.Verify;

/// <summary>What the server says of a log that does not grow: that it waits for its company's key, or ended with it. Nothing proves it.</summary>
internal sealed record StandingLine(bool HasEnded, DateTimeOffset Since, long Waiting, long Elsewhere, long First, long Last)
{
    private const long LastSecond = 253_402_300_799;

    /// <summary>Reads the line; null for anything else.</summary>
    public static StandingLine? Read(ReadOnlySpan<byte> bytes)
        => Encoding.UTF8.GetString(bytes).Split(' ', '\n') is [("waits" or "ended") and var state, var since, var waiting, var elsewhere, var first, var last, ""]
            && Number(since) is { } seconds and <= LastSecond && Number(waiting) is { } waits && Number(elsewhere) is { } moved && Number(first) is { } from && Number(last) is { } to
            ? new StandingLine(state is "ended", DateTimeOffset.FromUnixTimeSeconds(seconds), waits, moved, from, to)
            : null;

    /// <summary>The sentence.</summary>
    public override string ToString()
    {
        var since = Since.ToString("u", CultureInfo.InvariantCulture);
        return HasEnded ? Words.Of("notice.ended", since, Elsewhere, First, Last) : Words.Of("notice.waits", since, Waiting, Elsewhere);
    }

    private static long? Number(string digits) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
