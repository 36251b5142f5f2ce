using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>
/// For how many whole calendar months contents are kept after the month they were taken in; 0 is for ever. A shorter time waits
/// <see cref="Wait"/> before it holds, since what it destroys does not come back.
/// </summary>
/// <param name="Months">In force until <paramref name="EffectiveMs"/>.</param>
/// <param name="NextMonths">In force from then on.</param>
/// <param name="EffectiveMs">Unix milliseconds; 0 when nothing waits.</param>
internal readonly record struct KeptTime(int Months, int NextMonths, long EffectiveMs)
{
    public const int Most = 120;

    public static readonly TimeSpan Wait = TimeSpan.FromHours(24);

    public static KeptTime ForEver => default;

    /// <summary>What holds at a time.</summary>
    public int At(DateTimeOffset now) => EffectiveMs != 0 && EffectiveMs <= now.ToUnixTimeMilliseconds() ? NextMonths : Months;

    /// <summary>Whether a shorter time still waits.</summary>
    public bool WaitsAt(DateTimeOffset now) => EffectiveMs != 0 && EffectiveMs > now.ToUnixTimeMilliseconds();

    public bool IsShorter(int months, DateTimeOffset now) => Length(months) < Length(At(now));

    /// <summary>Decides anew: longer or equal holds at once and ends what waits, shorter waits.</summary>
    public KeptTime Decide(int months, DateTimeOffset now)
        => IsShorter(months, now) ? new(At(now), months, (now + Wait).ToUnixTimeMilliseconds()) : new(months, 0, 0);

    /// <summary>
    /// The first month that is kept: a month goes once its last moment and the kept time after it are over. Null: all are kept.
    /// </summary>
    public static KeyPeriod? FirstKept(int months, DateTimeOffset now) => months == 0 ? null : new(KeyPeriod.Of(now).Month - months);

    /// <summary>Unix milliseconds of a month's first moment.</summary>
    public static long BeginMs(KeyPeriod month)
        => new DateTimeOffset(month.Month / 12, (month.Month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public Retention ToWire(DateTimeOffset now) => WaitsAt(now)
        ? new() { KeepMonths = (uint)Months, Shortens = true, NextKeepMonths = (uint)NextMonths, EffectiveMs = EffectiveMs }
        : new() { KeepMonths = (uint)At(now) };

    private static int Length(int months) => months == 0 ? int.MaxValue : months;
}
