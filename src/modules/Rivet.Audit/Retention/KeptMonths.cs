namespace Rivet.Audit.Retention;

/// <summary>
/// For how many whole calendar months (UTC) after its own a month of a class can be read; 0 is for ever. A shorter time waits before it holds,
/// since what it destroys does not come back.
/// </summary>
/// <param name="Months">In force until <paramref name="EffectiveMs"/>.</param>
/// <param name="NextMonths">In force from then on.</param>
/// <param name="EffectiveMs">Unix milliseconds; 0 when nothing waits.</param>
internal readonly record struct KeptMonths(int Months, int NextMonths, long EffectiveMs)
{
    /// <summary>What holds at a time.</summary>
    public int At(DateTimeOffset now) => EffectiveMs != 0 && EffectiveMs <= now.ToUnixTimeMilliseconds() ? NextMonths : Months;

    /// <summary>Whether a shorter time still waits.</summary>
    public bool WaitsAt(DateTimeOffset now) => EffectiveMs != 0 && EffectiveMs > now.ToUnixTimeMilliseconds();

    /// <summary>What was decided last, whether it holds already or waits.</summary>
    public int DecidedAt(DateTimeOffset now) => WaitsAt(now) ? NextMonths : At(now);

    /// <summary>Whether this many months destroy what is kept now.</summary>
    public bool IsShorter(int months, DateTimeOffset now) => Length(months) < Length(At(now));

    /// <summary>Decides anew: longer or equal holds at once and ends what waits; shorter waits.</summary>
    public KeptMonths Decide(int months, DateTimeOffset now, TimeSpan wait)
        => IsShorter(months, now) ? new(At(now), months, (now + wait).ToUnixTimeMilliseconds()) : new(months, 0, 0);

    private static int Length(int months) => months == 0 ? int.MaxValue : months;
}
