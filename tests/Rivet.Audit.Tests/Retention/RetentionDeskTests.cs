using Rivet.Audit.Retention;
using Rivet.Kernel;

namespace Rivet.Audit.Tests.Retention;

public sealed class RetentionDeskTests : RetentionWorld
{
    [Fact]
    public async Task Read_Undecided_KeepsEveryClassForEver()
    {
        await Host.RecordAsync(LogonNow(), LogonNow(), Host.Event(Company));
        var view = (await Desk.ReadAsync(await Host.PermitAsync(Company), Ct)).Value;
        Assert.Equal([0, 2004, 3001, 3002, 3004, 3005, 3006, 6005, RetentionClasses.Others], view.Classes.Select(one => one.Class));
        Assert.All(view.Classes, one => Assert.Equal((0, null), (one.Kept.At(view.Now), one.NextAt(view.Now))));
        Assert.Equal(2, (await OfAsync(Logons)).Events);
        Assert.Equal(0, await PassAsync(40));
    }

    [Fact]
    public async Task Change_Shorter_WaitsSevenDaysAndSaysWhatGoesWhen()
    {
        await Host.RecordAsync(LogonNow());
        await PassToAsync(2026, 7, 10);
        var waits = (await SetAsync(Logons, 3)).Value.Classes.Single(one => one.Class == Logons);
        var effective = new DateTimeOffset(2026, 7, 17, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal((0, true, 3), (waits.Kept.At(Host.Time.GetUtcNow()), waits.Kept.WaitsAt(Host.Time.GetUtcNow()), waits.Kept.NextMonths));
        Assert.Equal(effective, waits.NextAt(Host.Time.GetUtcNow())!.At);
        Assert.Equal(1, waits.CountOver(3, effective));
        Assert.Equal(0, await PassAsync(6));
        Assert.Equal(1, await PassAsync(2));
        var changed = Assert.Single(await EntriesAsync("audit.retention.changed")).Event;
        Assert.Equal(
            new Dictionary<string, string> { ["class"] = "3002", ["before"] = "for-ever", ["after"] = "3", ["effective"] = "2026-07-17 12:00:00Z" }, changed.Details);
        Assert.Equal(EventSeverity.High, changed.Kind.Severity);
    }

    [Fact]
    public async Task Change_BackBeforeItHolds_DestroysNothingAndIsRecorded()
    {
        await Host.RecordAsync(LogonNow());
        await PassToAsync(2026, 7, 10);
        await SetAsync(Logons, 3);
        await PassAsync(6);
        Assert.True((await SetAsync(Logons, 0, mayDestroy: false)).IsOk);
        Assert.Equal(0, await PassAsync(30));
        Assert.Equal(["3", "for-ever"], (await EntriesAsync("audit.retention.changed")).Select(entry => entry.Event.Details["after"]));
    }

    [Fact]
    public async Task Change_SameAgain_NeitherWaitsAnewNorIsRecorded()
    {
        await SetAsync(Logons, 6);
        var before = (await OfAsync(Logons)).Kept;
        await PassAsync(3);
        await SetAsync(Logons, 6);
        Assert.Equal(before, (await OfAsync(Logons)).Kept);
        await PassAsync(10);
        await SetAsync(Logons, 6);
        Assert.Single(await EntriesAsync("audit.retention.changed"));
    }

    [Fact]
    public async Task Change_Longer_HoldsAtOnce()
    {
        await SetAsync(Logons, 3);
        await PassAsync(8);
        Assert.True((await SetAsync(Logons, 24, mayDestroy: false)).IsOk);
        Assert.Equal(24, (await OfAsync(Logons)).Kept.At(Host.Time.GetUtcNow()));
    }

    [Theory]
    [InlineData(Logons, 2, AuditRefusal.RetentionMonths)]
    [InlineData(Logons, 121, AuditRefusal.RetentionMonths)]
    [InlineData(Logons, -1, AuditRefusal.RetentionMonths)]
    [InlineData(Entities, 11, AuditRefusal.RetentionMonths)]
    [InlineData(RetentionClasses.Others, 1, AuditRefusal.RetentionMonths)]
    [InlineData(4001, 12, AuditRefusal.RetentionClass)]
    public async Task Change_OutOfBounds_IsRefused(int ocsfClass, int months, AuditRefusal refusal)
    {
        Assert.Equal(refusal, (await SetAsync(ocsfClass, months)).Refusal);
        Assert.Empty(await EntriesAsync("audit.retention.changed"));
    }

    [Fact]
    public async Task Change_OneOfSeveralWrong_ChangesNone()
    {
        var permit = await Host.PermitAsync(Company, "audit.retain");
        Assert.Equal(AuditRefusal.RetentionMonths, (await Desk.ChangeAsync(permit, new Dictionary<int, int> { [Logons] = 12, [Entities] = 3 }, true, Ct)).Refusal);
        Assert.Equal(0, (await OfAsync(Logons)).Kept.DecidedAt(Host.Time.GetUtcNow()));
    }

    [Fact]
    public async Task Change_ShorterWithoutSayingSo_IsRefused()
        => Assert.Equal(AuditRefusal.RetentionDestroys, (await SetAsync(Logons, 12, mayDestroy: false)).Refusal);

    [Fact]
    public async Task Desk_WithAPermitForSomethingElse_IsRefused()
    {
        var (read, share, retain) = (await Host.PermitAsync(Company), await Host.PermitAsync(Company, "audit.share"), await Host.PermitAsync(Company, "audit.retain"));
        var wanted = new Dictionary<int, int> { [Logons] = 12 };
        Assert.Equal(AuditRefusal.WrongPermit, (await Desk.ChangeAsync(read, wanted, true, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Desk.ChangeAsync(share, wanted, true, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Desk.ConfirmClockAsync(read, Host.Time.GetUtcNow(), Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Desk.ReadAsync(retain, Ct)).Refusal);
    }

    [Fact]
    public async Task Change_OfAnotherCompany_TouchesNothingHere()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3, company: new(Guid.CreateVersion7()));
        Assert.Equal(0, (await OfAsync(Logons)).Kept.DecidedAt(Host.Time.GetUtcNow()));
        await PassToAsync(2026, 9, 1);
        Assert.Equal(AuditContentState.Readable, Assert.Single(await EntriesAsync(Logon.Name)).Content);
    }
}
