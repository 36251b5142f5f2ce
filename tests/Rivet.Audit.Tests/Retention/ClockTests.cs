using Rivet.Audit.Retention;
using Rivet.Hosting.Status;

namespace Rivet.Audit.Tests.Retention;

/// <summary>A clock that is wrong by months must not destroy months.</summary>
public sealed class ClockTests : RetentionWorld
{
    private static readonly AuditOptions Options = new();
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Clock_LeapsAhead_DestroysNothingAndIsRecordedOnce()
    {
        await HeldAsync();
        Assert.Equal(StatusLevel.Attention, (await StatusAsync()).Level);
        Assert.Contains("8760", (await StatusAsync()).Value, StringComparison.Ordinal);
        await PassAsync(3);
        Assert.Equal("8760", Assert.Single(await EntriesAsync("audit.clock.doubted")).Event.Details["hours"]);
        Assert.Equal(AuditContentState.Readable, (await EntriesAsync(Logon.Name))[0].Content);
    }

    [Fact]
    public async Task Clock_LeapsAheadAndBack_NothingIsLost()
    {
        var before = await HeldAsync();
        Host.Time.AdjustTime(before.AddHours(2));
        Assert.Equal(0, await PassAsync(20));
        Assert.Equal(StatusLevel.Passing, (await StatusAsync()).Level);
        Assert.Equal(AuditContentState.Readable, (await EntriesAsync(Logon.Name))[0].Content);
    }

    [Fact]
    public async Task Clock_LeapsAheadAndGoesOnEvenly_IsBelievedAfterSevenDays()
    {
        await HeldAsync();
        Assert.Equal(0, await PassAsync(6));
        Assert.Equal(2, await PassAsync(1));
    }

    [Fact]
    public async Task Clock_LeapsAgainWhileInDoubt_WaitsAnew()
    {
        await HeldAsync();
        await PassAsync(5);
        Host.Time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(0, await PassAsync(7));
        Assert.Equal(2, await PassAsync(1));
    }

    [Fact]
    public async Task Clock_ServerWasOffWhileMonthsPassed_WaitsToo()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassAsync(10);
        await RestartAsync();
        Host.Time.Advance(TimeSpan.FromDays(200));
        Assert.Equal(0, await Keeper.RunOnceAsync(Ct));
    }

    [Fact]
    public async Task Clock_ConfirmedByAnAdministrator_IsBelievedAtOnceAndRecorded()
    {
        await HeldAsync();
        var permit = await Host.PermitAsync(Company, "audit.retain");
        Assert.Equal(AuditRefusal.ClockDiffers, (await Desk.ConfirmClockAsync(permit, Host.Time.GetUtcNow().AddHours(-2), Ct)).Refusal);
        Assert.Equal(0, await Keeper.RunOnceAsync(Ct));
        Assert.False((await Desk.ConfirmClockAsync(permit, Host.Time.GetUtcNow().AddMinutes(5), Ct)).Value.Clock.IsDoubted);
        Assert.Equal(2, await Keeper.RunOnceAsync(Ct));
        Assert.Single(await EntriesAsync("audit.clock.confirmed"));
    }

    [Fact]
    public async Task Clock_InDoubt_NothingIsShortenedButLengthened()
    {
        await HeldAsync();
        Assert.Equal(AuditRefusal.ClockInDoubt, (await SetAsync(6005, 12)).Refusal);
        Assert.True((await SetAsync(Logons, 0, mayDestroy: false)).IsOk);
        Assert.Equal(0, await PassAsync(10));
    }

    [Fact]
    public async Task Clock_LeapsBackBeforeAnythingIsDecided_NoShorterTimeHoldsEarlier()
    {
        await Host.RecordAsync(LogonNow());
        await PassAsync(2);
        Host.Time.AdjustTime(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(AuditRefusal.ClockInDoubt, (await SetAsync(Logons, 3)).Refusal);
    }

    [Fact]
    public async Task Entry_SealedWhileTheClockWasBehind_IsAsOldAsItsPlaceInTheLog()
    {
        await Host.RecordAsync(Host.Event(Company));
        await SetAsync(Logons, 3);
        await PassAsync(10);
        await Host.RecordAsync(LogonNow() with { At = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal(0, await PassToAsync(2026, 6, 30));
        Assert.Equal(AuditContentState.Readable, Assert.Single(await EntriesAsync(Logon.Name)).Content);
        Assert.Equal(1, await PassToAsync(2026, 7, 1));
    }

    [Fact]
    public async Task Entry_AfterOneFromTheFuture_IsAsOldAsItSays()
    {
        await Host.RecordAsync(Host.Event(Company) with { At = new DateTimeOffset(2036, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        await PassAsync(1);
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        Assert.Equal(1, await PassToAsync(2026, 7, 2));
    }

    [Fact]
    public void Look_WitnessKnowsTheTime_IsBelievedAtOnce()
    {
        var (known, now) = (ClockState.Believed(Begin), Begin.AddDays(30));
        Assert.True(known.Look(now, default, Options).IsDoubted);
        Assert.True(known.Look(now, new(Begin.ToUnixTimeMilliseconds(), 0), Options).IsDoubted);
        Assert.False(known.Look(now, new(now.AddHours(-1).ToUnixTimeMilliseconds(), 0), Options).IsDoubted);
    }

    [Fact]
    public void Look_WitnessSaysTheClockIsAhead_IsDoubtedHoweverEvenlyItGoes()
    {
        var ahead = new WitnessedTime(Begin.ToUnixTimeMilliseconds(), (long)TimeSpan.FromDays(30).TotalMilliseconds);
        var state = ClockState.Believed(Begin.AddDays(30));
        for (var day = 30; day < 60; day++)
        {
            Assert.True((state = state.Look(Begin.AddDays(day), ahead, Options)).IsDoubted);
        }
    }

    [Fact]
    public void Options_AsTheyAre_WaitAtLeastAsLongAsAnyLeapThatIsNotSeen()
    {
        Assert.True(Options.RetentionWaits > Options.ClockLeap);
        Assert.True(Options.ClockSettles >= Options.RetentionWaits - Options.ClockLeap);
    }

    /// <summary>Two months would be over if the clock, a year ahead, were right.</summary>
    private async Task<DateTimeOffset> HeldAsync()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassToAsync(2026, 4, 10);
        await Host.RecordAsync(LogonNow());
        await PassAsync(1);
        var before = Host.Time.GetUtcNow();
        Host.Time.Advance(TimeSpan.FromDays(365));
        Assert.Equal(0, await Keeper.RunOnceAsync(Ct));
        return before;
    }
}
