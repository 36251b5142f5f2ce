using CsCheck;
using Rivet.Audit.Pages;
using Rivet.Kernel;

namespace Rivet.Audit.Tests;

public sealed class LogQueryTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Parse_Conditions_AreRead()
    {
        var (person, device) = (new PersonId(Guid.CreateVersion7()), Guid.CreateVersion7());
        var query = LogQuery.Parse($" kind:a.b  class:3002 severity:3 outcome:failure person:{person} target:device/{device:N} via:{device:N} last:1d  two words ").At(Now);
        Assert.Equal(["a.b"], query.Kinds);
        Assert.Equal([3002], query.Classes);
        Assert.Equal((EventSeverity.Medium, EventOutcome.Failure, person), (query.AtLeast!.Value, query.Outcome!.Value, query.Person));
        Assert.Equal(("device", device, device, "two words"), (query.TargetKind, query.Target, query.Via, query.Text));
        Assert.Equal(Now.AddDays(-1), query.From);
    }

    [Fact]
    public void Parse_Dates_TakeTheLastDayWhole()
    {
        var query = LogQuery.Parse("from:2026-02-03 to:2026-02-05").At(Now);
        Assert.Equal((new DateTimeOffset(2026, 2, 3, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 2, 6, 0, 0, 0, TimeSpan.Zero)), (query.From!.Value, query.To!.Value));
        Assert.Equal(DateTimeOffset.MaxValue, LogQuery.Parse("to:9999-12-31").At(Now).To);
    }

    [Fact]
    public void Parse_Minutes_AreReadAndADaysEndIsWrittenAsADay()
    {
        var query = LogQuery.Parse("from:2026-02-03T04:05Z to:2026-02-06T00:00Z severity:2..3");
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 4, 5, 0, TimeSpan.Zero), query.At(Now).From);
        Assert.Equal((EventSeverity.Low, EventSeverity.Medium), (query.At(Now).AtLeast!.Value, query.At(Now).AtMost!.Value));
        Assert.Equal("severity:2..3 from:2026-02-03T04:05Z to:2026-02-05", query.ToString());
        Assert.Equal("severity:..2 to:2026-02-06T00:01Z", LogQuery.Parse("to:2026-02-06T00:01Z severity:..2").ToString());
    }

    [Theory]
    [InlineData("severity:9")]
    [InlineData("severity:2..")]
    [InlineData("severity:x..2")]
    [InlineData("from:2026-02-03T24:05Z")]
    [InlineData("from:2026-02-03T04:05")]
    [InlineData("class:-1")]
    [InlineData("person:nobody")]
    [InlineData("person:00000000000000000000000000000000")]
    [InlineData("target:a/b/c")]
    [InlineData("from:2026-02-30")]
    [InlineData("last:year")]
    [InlineData("unknown:thing")]
    [InlineData("kind:")]
    public void Parse_WhatIsNoCondition_IsPartOfTheWords(string text)
        => Assert.Equal(text, LogQuery.Parse(text).At(Now).Text);

    [Fact]
    public void Parse_AnyText_GivesAQueryWhoseTextGivesItAgain()
        => Gen.OneOf(Gen.String, Gen.Int[0, 15].Select(at => new[] { "kind:a", "class:1", "severity:2", "last:1h", "severity:2..3", "severity:..4", "from:2026-01-01T05:07Z", "to:0001-01-01T00:00Z", "to:9999-12-31", "to:2026-01-02T00:00Z", "from:2026-01-01", "to:2026-01-02", "target:/", ":", "x:y", "via:1" }[at]).Array[0, 6].Select(parts => string.Join(' ', parts)))
            .Sample(text =>
            {
                var once = LogQuery.Parse(text).ToString();
                Assert.Equal(once, LogQuery.Parse(once).ToString());
                Assert.NotNull(LogQuery.Parse(text).At(Now));
            });

    [Fact]
    public void Parse_LongerThanAllowed_IsCut()
        => Assert.True(LogQuery.Parse(new string('x', 1_000_000)).ToString().Length <= LogQuery.Longest);

    [Fact]
    public void ReachesNow_EndedPeriod_DoesNot()
    {
        Assert.False(LogQuery.Parse("to:2026-02-28").ReachesNow(Now));
        Assert.True(LogQuery.Parse("to:2026-03-01").ReachesNow(Now));
        Assert.True(LogQuery.Parse("last:1h").ReachesNow(Now));
    }
}
