namespace Rivet.Audit.Retention;

/// <summary>
/// Whether the server's clock is believed, for one company's log: a clock that is wrong by months must not destroy months
/// (docs/decisions/0020-retention-of-the-log.md).
/// </summary>
/// <param name="SeenMs">The last time that was believed; 0 for none yet.</param>
/// <param name="DoubtMs">The first time that is in doubt; 0 when none is.</param>
/// <param name="DoubtSeenMs">The last time that agreed with it.</param>
internal readonly record struct ClockState(long SeenMs, long DoubtMs, long DoubtSeenMs)
{
    public bool IsDoubted => DoubtMs != 0;

    /// <summary>When it is believed by itself, if it goes on as it does.</summary>
    public DateTimeOffset SettlesAt(AuditOptions options) => DateTimeOffset.FromUnixTimeMilliseconds(DoubtMs) + options.ClockSettles;

    /// <summary>How far the clock is before the last time that was believed.</summary>
    public TimeSpan Leap => TimeSpan.FromMilliseconds(DoubtSeenMs - SeenMs);

    /// <summary>Somebody says that this time is right.</summary>
    public static ClockState Believed(DateTimeOffset now) => new(now.ToUnixTimeMilliseconds(), 0, 0);

    /// <summary>What is to be believed now.</summary>
    /// <param name="now">The server's clock.</param>
    /// <param name="witnesses">What the company's witnesses know of the time.</param>
    /// <param name="options">How far a clock may leap, and for how long another time is in doubt.</param>
    public ClockState Look(DateTimeOffset now, WitnessedTime witnesses, AuditOptions options)
    {
        var ms = now.ToUnixTimeMilliseconds();
        var leap = (long)options.ClockLeap.TotalMilliseconds;
        if (witnesses.SaysAheadMs > leap)
        {
            return new(SeenMs, IsDoubted ? DoubtMs : ms, ms);
        }

        if (SeenMs == 0 || IsNear(SeenMs, ms, leap) || IsNear(witnesses.CosignedMs, ms, leap))
        {
            return Believed(now);
        }

        return !IsDoubted || ms < DoubtMs || !IsNear(DoubtSeenMs, ms, leap) ? new(SeenMs, ms, ms)
            : now >= SettlesAt(options) ? Believed(now)
            : this with { DoubtSeenMs = ms };
    }

    private static bool IsNear(long one, long other, long leap) => Math.Abs(one - other) <= leap;
}

/// <summary>What the witnesses of a company know of the time.</summary>
/// <param name="CosignedMs">When the last cosignature was made, by the witness's clock; 0 for never.</param>
/// <param name="SaysAheadMs">By how much the server's clock is ahead of a witness's, by the one that says the most; 0 when none says so.</param>
internal readonly record struct WitnessedTime(long CosignedMs, long SaysAheadMs);
