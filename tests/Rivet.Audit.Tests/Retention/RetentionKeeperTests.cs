using Rivet.Audit.Retention;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Audit.Tests.Retention;

public sealed class RetentionKeeperTests : RetentionWorld
{
    [Fact]
    public async Task Keep_MonthThatIsOver_CannotBeReadAnywhereAndEveryProofStands()
    {
        var (old, other) = (LogonNow(), Host.Event(Company));
        await Host.RecordAsync(old, other);
        await SetAsync(Logons, 3);
        await PassToAsync(2026, 4, 2);
        await Host.RecordAsync(LogonNow());

        // March and three whole months after it.
        Assert.Equal(0, await PassToAsync(2026, 6, 30));
        Assert.Equal(1, await PassToAsync(2026, 7, 1));
        Assert.Equal([AuditContentState.Destroyed, AuditContentState.Readable], (await EntriesAsync(Logon.Name)).Select(entry => entry.Content));
        Assert.Equal(AuditContentState.Readable, Assert.Single(await EntriesAsync(other.Kind.Name)).Content);
        var permit = await Host.PermitAsync(Company);
        var found = (await Host.Search.FindAsync(permit, new() { Classes = [Logons] }, null, 10, Ct)).Value.Entries;
        Assert.Equal([AuditContentState.Readable, AuditContentState.Destroyed], found.Select(entry => entry.Content));
        Assert.Equal((old.Kind, old.At, old.Outcome), (found[1].Event.Kind, found[1].Event.At, found[1].Event.Outcome));
        Assert.Equal((default, 0), (found[1].Event.Actor.Person, found[1].Event.Details.Count));
        Assert.Empty((await Host.Search.FindAsync(permit, new() { Classes = [Logons], Text = "prüfen", To = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero) }, null, 10, Ct)).Value.Entries);

        var destroyed = Assert.Single(await EntriesAsync("audit.retention.destroyed")).Event;
        Assert.Equal(new Dictionary<string, string> { ["class"] = "3002", ["month"] = "2026-03", ["events"] = "1", ["kept"] = "3" }, destroyed.Details);
        Assert.Equal((1, 1), ((await OfAsync(Logons)).Destroyed, (await OfAsync(Logons)).Events));
        Assert.Equal(StatusLevel.Passing, (await StatusAsync()).Level);
        await RequireIntactAsync();
    }

    [Fact]
    public async Task Keep_Again_DestroysAndRecordsNothingTwice()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        Assert.Equal(1, await PassToAsync(2026, 7, 5));
        await RestartAsync();
        Assert.Equal(0, await PassAsync(3));
        Assert.Single(await EntriesAsync("audit.retention.destroyed"));
    }

    [Fact]
    public async Task Keep_KilledBetweenKeyAndNote_NotesItInTheNextRun()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassToAsync(2026, 6, 30);
        await Host.Vault.DestroyAsync(KeyScope.Of(Company, "audit.3002", KeyPeriod.Of(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero))), Ct);
        await RestartAsync();
        Assert.Equal(1, await PassAsync(1));
        Assert.Single(await EntriesAsync("audit.retention.destroyed"));
        Assert.Equal(0, await PassAsync(2));
    }

    [Fact]
    public async Task Keep_TwoKeepers_NoteAMonthOnce()
    {
        await Host.RecordAsync(LogonNow());
        await PassAsync(1);
        var month = Assert.Single((await OfAsync(Logons)).Months);
        var due = new DueMonth(month, 3);
        Assert.True(await Keeper.DestroyAsync(Company, due, Ct));
        Assert.False(await Keeper.DestroyAsync(Company, due, Ct));
        Assert.Single(await EntriesAsync("audit.retention.destroyed"));
    }

    [Fact]
    public async Task Keep_LengthenedInTime_DestroysNothing()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassToAsync(2026, 6, 30);
        await SetAsync(Logons, 4);
        Assert.Equal(0, await PassAsync(20));
        Assert.Equal(1, await PassToAsync(2026, 8, 1));
    }

    [Fact]
    public async Task Keep_ClassThatTheProductDoesNotKnow_FollowsOthers()
    {
        var stranger = Host.Event(Company) with { Kind = new("a.stranger", (OcsfType)4001_01, EventSeverity.Low, "zweck", "a") };
        await Host.RecordAsync(stranger, LogonNow());
        await SetAsync(RetentionClasses.Others, 3);
        Assert.Equal(1, await PassToAsync(2026, 7, 2));
        Assert.Equal(AuditContentState.Destroyed, Assert.Single(await EntriesAsync("a.stranger")).Content);
        Assert.Equal(AuditContentState.Readable, Assert.Single(await EntriesAsync(Logon.Name)).Content);
    }

    [Fact]
    public async Task Keep_RowEditedToNoMonth_NeverDestroysAllMonths()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassAsync(10);
        AuditHost.Edit(Folder, "UPDATE audit_month SET month = 0, seen_ms = 0");
        Assert.Equal(0, await PassAsync(10));
        Assert.Equal(AuditContentState.Readable, Assert.Single(await EntriesAsync(Logon.Name)).Content);
    }

    [Fact]
    public async Task Keep_DecisionEditedBelowTheMinimum_CountsAsForEver()
    {
        await Host.RecordAsync(LogonNow());
        await PassToAsync(2026, 5, 1);
        await SetAsync(Logons, 6);
        AuditHost.Edit(Folder, "UPDATE audit_retention SET months = 1, next_months = 1, effective_ms = 0");
        Assert.Equal(0, await PassAsync(10));
    }

    [Theory]
    [InlineData("UPDATE audit_keeping SET doubt_ms = 9223372036854775807, doubt_seen_ms = -1")]
    [InlineData("UPDATE audit_keeping SET next_index = 'x'")]
    [InlineData("UPDATE audit_month SET entries = 'x'")]
    [InlineData("UPDATE audit_retention SET effective_ms = 9223372036854775807")]
    public async Task Keep_RowEditedIntoNone_NeverEndsTheKeeper(string edit)
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassAsync(2);
        AuditHost.Edit(Folder, edit);
        Assert.Equal(0, await PassAsync(3));
    }

    [Fact]
    public async Task Keep_LogDamaged_DestroysNothingAndSaysSo()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassToAsync(2026, 6, 30);
        await Host.RecordAsync(LogonNow());
        AuditHost.Edit(Folder, "UPDATE audit_bundle SET entries = zeroblob(3)");
        Host.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await Keeper.RunOnceAsync(Ct));
        Assert.Equal(StatusLevel.Attention, (await StatusAsync()).Level);
    }

    [Fact]
    public async Task Keep_VaultDoesNotDestroy_WaitsAndSaysSo()
    {
        await Host.RecordAsync(LogonNow());
        await SetAsync(Logons, 3);
        await PassToAsync(2026, 6, 30);
        AuditHost.Run(Folder, "CREATE TRIGGER stop BEFORE UPDATE OF state ON vault_key BEGIN SELECT raise(ABORT, 'disk I/O error'); END");
        Host.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await Keeper.RunOnceAsync(Ct));
        Assert.Equal(AuditContentState.Readable, Assert.Single(await EntriesAsync(Logon.Name)).Content);
        Assert.Contains("2026-07-01", (await StatusAsync()).Value, StringComparison.Ordinal);
        Assert.Equal(StatusLevel.Attention, (await StatusAsync("zh-CN")).Level);
        AuditHost.Run(Folder, "DROP TRIGGER stop");
        Assert.Equal(1, await PassAsync(1));
        Assert.Equal(StatusLevel.Passing, (await StatusAsync()).Level);
    }
}
