using System.Globalization;
using Rivet.Vault;

namespace Rivet.Messaging.Tests;

public sealed class KeptTimeTests
{
    [Theory]
    [InlineData(1, "2026-05-31T23:59:59.999Z", "2026-04")]
    [InlineData(1, "2026-06-01T00:00:00Z", "2026-05")]
    [InlineData(12, "2026-12-31T23:59:59.999Z", "2025-12")]
    [InlineData(12, "2027-01-01T00:00:00Z", "2026-01")]
    [InlineData(120, "2026-06-15T00:00:00Z", "2016-06")]
    public void FirstKept_AtTheMonthsEdge_KeepsTheWholeTime(int months, string now, string firstKept)
    {
        var kept = KeptTime.FirstKept(months, DateTimeOffset.Parse(now, CultureInfo.InvariantCulture));

        Assert.Equal(KeyPeriod.Of(DateTimeOffset.Parse($"{firstKept}-01T00:00:00Z", CultureInfo.InvariantCulture)), kept);
        Assert.Equal(firstKept, DateTimeOffset.FromUnixTimeMilliseconds(KeptTime.BeginMs(kept!.Value)).ToString("yyyy-MM", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void FirstKept_ForEver_EndsNothing() => Assert.Null(KeptTime.FirstKept(0, DateTimeOffset.MaxValue));

    [Fact]
    public void Decide_Shorter_WaitsADayAndLongerHoldsAtOnce()
    {
        var now = new DateTimeOffset(2026, 3, 15, 12, 0, 0, TimeSpan.Zero);
        var shorter = KeptTime.ForEver.Decide(12, now);

        Assert.Equal((0, 0), (shorter.At(now), shorter.At(now + KeptTime.Wait - TimeSpan.FromMilliseconds(1))));
        Assert.Equal(12, shorter.At(now + KeptTime.Wait));
        Assert.Equal(KeptTime.ForEver, shorter.Decide(0, now.AddHours(23)));
        var later = now + KeptTime.Wait;
        Assert.Equal(new KeptTime(24, 0, 0), shorter.Decide(24, later));
        Assert.Equal(new KeptTime(12, 3, (later + KeptTime.Wait).ToUnixTimeMilliseconds()), shorter.Decide(3, later));
    }
}
