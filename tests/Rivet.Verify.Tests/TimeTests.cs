using Rivet.Testing;

namespace Rivet.Verify.Tests;

/// <summary>Times that the witness's clock contradicts, by an owner who signs the log after.</summary>
public sealed class TimeTests : IDisposable
{
    private static readonly DateTimeOffset Noon = TestLog.Begin;
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();

    public void Dispose()
    {
        log.Dispose();
        temp.Dispose();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-299, true)]
    [InlineData(-301, false)]
    [InlineData(-86_400, false)]
    public async Task Verify_EntryBehindACheckpoint_HappenedNoMoreThanFiveMinutesBefore(int seconds, bool isIntact)
    {
        await log.Grow(10).KeepAsync(Noon.AddHours(1));
        log.Entries.Add(TestLog.Entry(10, Noon.AddHours(1).AddSeconds(seconds)));
        await AssertAsync(Noon.AddHours(2), isIntact ? null : (FindingKind.BackDated, "entry 10"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(299, true)]
    [InlineData(301, false)]
    public async Task Verify_EntryWithinACheckpoint_HappenedNoMoreThanFiveMinutesAfter(int seconds, bool isIntact)
    {
        log.Grow(10).Entries.Add(TestLog.Entry(10, Noon.AddHours(1).AddSeconds(seconds)));
        await log.KeepAsync(Noon.AddHours(1));
        await AssertAsync(Noon.AddHours(2), isIntact ? null : (FindingKind.PostDated, "entry 10"));
    }

    [Fact]
    public async Task Verify_EntryBeforeTheSpanOfTwoCheckpoints_IsJudgedByBoth()
    {
        await log.Grow(10).KeepAsync(Noon.AddHours(1));
        log.Entries.Add(TestLog.Entry(10, Noon.AddHours(1.5)));
        log.Entries.Add(TestLog.Entry(11, Noon.AddMinutes(30)));
        log.Entries.Add(TestLog.Entry(12, Noon.AddHours(2.5)));
        await log.KeepAsync(Noon.AddHours(2));
        log.Entries.Add(TestLog.Entry(13, Noon.AddHours(2.5)));
        await AssertAsync(Noon.AddHours(3), (FindingKind.BackDated, "entry 11"), (FindingKind.PostDated, "entry 12"));
    }

    [Fact]
    public async Task Verify_ClockThatWentBack_IsSaidAndNoFault()
    {
        log.Grow(100).Entries.Add(TestLog.Entry(100, Noon.AddSeconds(30)));
        var judgement = await AssertAsync(Noon.AddSeconds(100));
        Assert.Contains("entry 100", Assert.Single(judgement.Notices), StringComparison.Ordinal);
        log.Entries[100] = TestLog.Entry(100, Noon.AddSeconds(40));
        Assert.Empty((await AssertAsync(Noon.AddSeconds(100))).Notices);
    }

    private async Task<Judgement> AssertAsync(DateTimeOffset seen, params (FindingKind, string)?[] expected)
    {
        var judgement = await (await log.WriteAsync(temp["log"], seen)).VerifyAsync(log);
        Assert.Equal(expected.OfType<(FindingKind, string)>(), judgement.Findings.Kept.Select(finding => (finding.Kind, finding.Place)));
        return judgement;
    }
}
