using System.Globalization;
using Rivet.Vault;

namespace Rivet.Audit.Retention;

/// <summary>What there is of a class under the key of a month.</summary>
/// <param name="Class">The class.</param>
/// <param name="Month">The key's month.</param>
/// <param name="Entries">Entries that were sealed under it and not destroyed since.</param>
/// <param name="SeenMs">When the last of them came, by all the log knows: an entry whose clock was behind came no earlier than those before it.</param>
/// <param name="Destroyed">Entries that were destroyed.</param>
internal sealed record ClassMonth(int Class, KeyPeriod Month, long Entries, long SeenMs, long Destroyed)
{
    /// <summary>Unix milliseconds from which on a time is none: nothing is reckoned with it.</summary>
    public static readonly long EndOfTimeMs = new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>From when on it is destroyed if this many months are kept; null when that is never.</summary>
    public DateTimeOffset? DueAt(int months) => months == 0 || Entries == 0 ? null : BeginOf(new(Last + months + 1));

    /// <summary>From when on it is destroyed by what is decided.</summary>
    public DateTimeOffset? DueAt(KeptMonths kept, DateTimeOffset now)
    {
        var due = DueAt(kept.At(now));
        if (kept.WaitsAt(now) && DueAt(kept.NextMonths) is { } shorter)
        {
            var effective = DateTimeOffset.FromUnixTimeMilliseconds(kept.EffectiveMs);
            shorter = shorter > effective ? shorter : effective;
            due = due < shorter ? due : shorter;
        }

        return due;
    }

    /// <summary>As people and events write it: 2025-06.</summary>
    public static string NameOf(KeyPeriod month) => string.Create(CultureInfo.InvariantCulture, $"{month.Month / 12:0000}-{(month.Month % 12) + 1:00}");

    /// <summary>A month's first moment.</summary>
    public static DateTimeOffset BeginOf(KeyPeriod month) => new(month.Month / 12, (month.Month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero);

    private int Last => Math.Max(Month.Month, KeyPeriod.Of(DateTimeOffset.FromUnixTimeMilliseconds(SeenMs)).Month);
}
