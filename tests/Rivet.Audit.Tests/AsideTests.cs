using System.Text;
using Microsoft.Extensions.Options;
using Rivet.Audit.Aside;
using Rivet.Audit.Exporting;
using Rivet.Audit.Retention;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Tests;

/// <summary>A company whose key is withheld or destroyed, beside one whose key is not: the real vault, put into that state as its own table says.</summary>
public sealed class AsideTests : AuditTests
{
    private const int Active = 1;
    private const int Disabled = 2;
    private const int AwaitsDestruction = 3;
    private const int Destroyed = 4;
    private readonly CompanyId other = new(Guid.CreateVersion7());

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await host.RecordAsync(host.Event(company), host.Event(other), host.Event(default));

        // The logs' own keys are recorded as they are made.
        while ((await host.PendingAsync()).Count > 0)
        {
            await host.PumpAsync();
        }
    }

    [Theory]
    [InlineData(Disabled)]
    [InlineData(AwaitsDestruction)]
    public async Task Seal_KeyWithheld_OtherLogsGoOnAndItsEventsAreSetAside(int state)
    {
        await PutAsync(state);
        var (mine, others) = (await SizeAsync(company), await SizeAsync(other));
        await host.RecordAsync(host.Event(company), host.Event(other), host.Event(company));

        Assert.Empty(await host.PendingAsync());
        Assert.Equal((mine, others + 1), (await SizeAsync(company), await SizeAsync(other)));
        var standing = (await host.Log.ReadStandingAsync(company, Ct)).Value!;
        Assert.Equal((false, host.Time.GetUtcNow(), 2L, 0L), (standing.HasEnded, standing.Since, standing.Waiting, standing.Elsewhere));
        Assert.Null((await host.Log.ReadStandingAsync(other, Ct)).Value);
        await host.Aside.RunOnceAsync(Ct);
        Assert.Equal(standing.Waiting, Assert.Single(host.Aside.Standings).Aside);
    }

    [Fact]
    public async Task Seal_Granted_WhatWaitedComesFirstOnceAndWithItsOwnTime()
    {
        var waited = await WaitAsync(3);
        await host.DisposeAsync();
        host = await AuditHost.StartAsync(folder);
        host.Time.Advance(TimeSpan.FromHours(1));
        SetState(Active);
        var granted = host.Event(company, "vault.company-key.granted");
        await host.RecordAsync(granted);

        await RequireGrownAsync([.. waited, granted]);
        await host.RecordAsync(host.Event(company));
        Assert.Equal(7, (await ReadAsync()).Count(entry => entry.Event.Kind.Name != "vault.signing-key.made"));
    }

    [Fact]
    public async Task Look_GrantedAndNothingHappens_LogGoesOnByItself()
    {
        var waited = await WaitAsync(3);
        Assert.False(await host.Aside.RunOnceAsync(Ct));
        SetState(Active);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await host.Aside.RunOnceAsync(Ct));

        await RequireGrownAsync(waited);
        Assert.Empty(host.Aside.Standings);
        Assert.False(await host.Aside.RunOnceAsync(Ct));
    }

    [Fact]
    public async Task Look_MoreThanFitAtOnce_AllComeInOrder()
    {
        var waited = await WaitAsync(LogIntake.AtOnce + 10);
        SetState(Active);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        var late = host.Event(company);
        await host.RecordAsync(late);
        Assert.Equal(11, (await host.Log.ReadStandingAsync(company, Ct)).Value!.Waiting);
        while (await host.Aside.RunOnceAsync(Ct))
        {
        }

        await RequireGrownAsync([.. waited, late]);
    }

    [Fact]
    public async Task Seal_TwoTakeWhatWaited_TheSecondStoresNothing()
    {
        var waited = await WaitAsync(2);
        SetState(Active);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        var intake = host.Get<LogIntake>();
        var (first, second) = (await intake.PrepareAsync([], [company], Ct), await intake.PrepareAsync([], [company], Ct));
        await host.Store.WriteAsync(transaction => { first!(transaction); return 0; }, Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Store.WriteAsync(transaction => { second!(transaction); return 0; }, Ct));
        await RequireGrownAsync(waited);
    }

    [Fact]
    public async Task SetAside_WhileSomebodyTakesWhatWaited_ComesAgain()
    {
        await WaitAsync(1);
        await host.Store.WriteAsync(transaction => { transaction.Record(host.Event(company)); return 0; }, Ct);
        var rows = await host.PendingAsync();
        var setAside = await host.Consumer.PrepareAsync(rows, Ct);
        SetState(Active);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await host.Aside.RunOnceAsync(Ct));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.ApplyAsync(setAside, rows[^1].Position));
        await host.PumpAsync();
        Assert.Null((await host.Log.ReadStandingAsync(company, Ct)).Value);
        Assert.Equal(3, (await ReadAsync()).Count(entry => entry.Event.Kind.Name == "identity.device.enrolled"));
    }

    [Fact]
    public async Task SetAside_NoRoomLeft_TheRestIsInThePlatformsLogAndTheLogSaysSo()
    {
        await PutAsync(Disabled, options => options.MostAside = 3);
        var facts = Events(5);
        await host.RecordAsync(facts);
        var standing = (await host.Log.ReadStandingAsync(company, Ct)).Value!;
        Assert.Equal((3L, 2L), (standing.Waiting, standing.Elsewhere));
        await RequireElsewhereAsync(standing, facts[3..]);

        SetState(Active);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await host.Aside.RunOnceAsync(Ct));
        var resumed = await RequireGrownAsync(facts[..3]);
        Assert.Equal(("3", "2"), (resumed.Details["waited"], resumed.Details["elsewhere"]));
    }

    [Fact]
    public async Task SetAside_AsStored_HoldsNothingInClear()
    {
        await WaitAsync(1);
        var rows = await host.Store.ReadAsync(session => AsideTable.First(session, company, 10), Ct);
        Assert.Equal(-1, Assert.Single(rows).Payload.AsSpan().IndexOf(Encoding.UTF8.GetBytes("prüfen")));
    }

    [Fact]
    public async Task SetAside_RowChanged_IsRecordedAsUnreadableAndTheOthersCome()
    {
        var waited = await WaitAsync(3);
        var second = (await host.Store.ReadAsync(session => AsideTable.First(session, company, 10), Ct))[1].Position;
        AuditHost.EditBlob(folder, "audit_aside", "payload", $"position = {second}", bytes => bytes[^1] ^= 1);
        SetState(Active);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await host.Aside.RunOnceAsync(Ct));
        var entries = (await ReadAsync())[^4..];
        Assert.Equal((waited[0].Id, waited[2].Id), (entries[0].Event.Id, entries[2].Event.Id));
        Assert.Equal("audit.event.unreadable", entries[1].Event.Kind.Name);
    }

    [Fact]
    public async Task Seal_PlatformsKeyDoesNotSeal_EverythingWaits()
    {
        await WaitAsync(1);
        await host.DisposeAsync();
        AuditHost.EditBlob(folder, "vault_key", "wrapped", "application = 'audit.aside'", bytes => bytes[^1] ^= 1);
        host = await AuditHost.StartAsync(folder);
        await Assert.ThrowsAnyAsync<Exception>(() => host.RecordAsync(host.Event(company)));
        Assert.NotEmpty(await host.PendingAsync());
        Assert.Equal(1, (await host.Log.ReadStandingAsync(company, Ct)).Value!.Waiting);
    }

    [Fact]
    public async Task Seal_KeyDestroyed_EventsOfItAreInThePlatformsLog()
    {
        var waited = await WaitAsync(2);
        var size = await SizeAsync(company);
        SetState(Destroyed);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        var destroyed = host.Event(company, "vault.company-key.destroyed");
        await host.RecordAsync(destroyed, host.Event(other));

        Assert.Empty(await host.PendingAsync());
        Assert.Equal(size, await SizeAsync(company));
        var standing = (await host.Log.ReadStandingAsync(company, Ct)).Value!;
        Assert.Equal((true, 0L, 4L), (standing.HasEnded, standing.Waiting, standing.Elsewhere));
        var entries = await RequireElsewhereAsync(standing, [.. waited, destroyed], skip: 1);
        var ended = entries[0];
        Assert.Equal("audit.log.ended", ended.Kind.Name);
        Assert.Equal((size.ToString(), company), (ended.Details["size"], ended.Target.Company));

        await host.RecordAsync(host.Event(company));
        Assert.Equal(5, (await host.Log.ReadStandingAsync(company, Ct)).Value!.Elsewhere);
        while (await host.Watch.RunOnceAsync(Ct))
        {
        }

        Assert.Empty(host.Watch.State.Faults);
    }

    [Fact]
    public async Task Look_KeyDestroyedWhileEventsWait_TheyGoToThePlatformsLog()
    {
        var waited = await WaitAsync(2);
        SetState(Destroyed);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await host.Aside.RunOnceAsync(Ct));
        var standing = (await host.Log.ReadStandingAsync(company, Ct)).Value!;
        Assert.Equal((true, 0L), (standing.HasEnded, standing.Waiting));
        await RequireElsewhereAsync(standing, waited, skip: 1);
    }

    [Theory]
    [InlineData(Disabled)]
    [InlineData(Destroyed)]
    public async Task Keepers_KeyNotGiven_PassOverItAndServeTheOthers(int state)
    {
        await PutAsync(state);
        await host.RecordAsync(host.Event(company), host.Event(other));
        Assert.False(await host.Columns.RunOnceAsync(Ct));
        await host.Get<RetentionKeeper>().RunOnceAsync(Ct);
        Assert.DoesNotContain(host.Get<RetentionKeeper>().Holds, hold => hold.Company == other);
        Assert.Equal(0, await host.ExportCourier.RunOnceAsync(Ct));
        Assert.NotNull((await host.Log.ReadHeadAsync(company, Ct)).Value);
        Assert.Equal(
            state == Disabled ? AuditContentState.Unavailable : AuditContentState.Destroyed, (await ReadAsync())[0].Content);
        Assert.Equal(AuditContentState.Readable, (await host.Log.ReadAsync(await host.PermitAsync(other), 0, 10, Ct)).Value[0].Content);
    }

    [Fact]
    public async Task Exports_OfALogThatEnded_AreNotTriedAnyMore()
    {
        var form = new AuditExportForm { Name = "siem", Kind = ExportKind.Webhook, Address = "https://siem.example/in", Secret = new string('s', 32) };
        Assert.True((await host.Exports.AddAsync(await host.PermitAsync(company, "audit.share"), form, Ct)).IsOk);
        await host.RecordAsync(host.Event(company));
        Assert.Single(await host.Store.ReadAsync(ExportTable.Behind, Ct));
        await PutAsync(Destroyed);
        await host.RecordAsync(host.Event(company));
        Assert.Empty(await host.Store.ReadAsync(ExportTable.Behind, Ct));
    }

    private SecurityEvent[] Events(int count) => [.. Enumerable.Range(0, count).Select(_ => host.Event(company))];

    /// <summary>The key withheld, and events that wait for it.</summary>
    private async Task<SecurityEvent[]> WaitAsync(int count)
    {
        await PutAsync(Disabled);
        var facts = Events(count);
        await host.Store.WriteAsync(transaction => { Array.ForEach(facts, transaction.Record); return 0; }, Ct);
        await host.PumpAsync();
        Assert.Equal(count, (await host.Log.ReadStandingAsync(company, Ct)).Value!.Waiting);
        return facts;
    }

    /// <summary>The company's key in another state, and no key in memory.</summary>
    private async Task PutAsync(int state, Action<AuditOptions>? configure = null)
    {
        await host.DisposeAsync();
        SetState(state);
        host = await AuditHost.StartAsync(folder, configure);
        permit = await host.PermitAsync(company);
    }

    private void SetState(int state) => AuditHost.Edit(folder, $"UPDATE vault_company SET state = {state} WHERE hex(company) = '{company.ToString().ToUpperInvariant()}'");

    private async Task<long> SizeAsync(CompanyId log) => (await host.StoredAsync(log)).Row.Size;

    private async Task<AuditEntry[]> ReadAsync()
    {
        var entries = new List<AuditEntry>();
        while ((await host.Log.ReadAsync(await host.PermitAsync(company), entries.Count, 1000, Ct)).Value is { Count: > 0 } more)
        {
            entries.AddRange(more);
        }

        return [.. entries];
    }

    /// <summary>The log ends with just these events, each with its own time, and the one that says that they waited.</summary>
    private async Task<SecurityEvent> RequireGrownAsync(IReadOnlyList<SecurityEvent> facts)
    {
        Assert.Null((await host.Log.ReadStandingAsync(company, Ct)).Value);
        Assert.Empty(await host.Store.ReadAsync(session => AsideTable.First(session, company, 10), Ct));
        var entries = (await ReadAsync()).Select(entry => entry.Event).ToArray();
        Assert.Equal("audit.log.resumed", entries[^1].Kind.Name);
        Assert.Equal(facts.Select(fact => (fact.Id, fact.At)), entries[^(facts.Count + 1)..^1].Select(fact => (fact.Id, fact.At)));
        Assert.Equal(entries.Length, entries.DistinctBy(fact => fact.Id).Count());
        while (await host.Watch.RunOnceAsync(Ct))
        {
        }

        Assert.Empty(host.Watch.State.Faults);
        return entries[^1];
    }

    /// <summary>The platform's log has just these events where the standing says, each saying whose it is.</summary>
    private async Task<IReadOnlyList<SecurityEvent>> RequireElsewhereAsync(LogStanding standing, IReadOnlyList<SecurityEvent> facts, int skip = 0)
    {
        var all = await host.Get<IOwnersLog>().ReadAsync(default, 0, Ct);
        var mine = all.Where(entry => entry.Event.Details.GetValueOrDefault("log") == company.ToString()).ToArray();
        Assert.Equal((standing.First, standing.Last, standing.Elsewhere), (mine[0].Index, mine[^1].Index, mine.Length));
        Assert.Equal(facts.Select(fact => (fact.Id, fact.At, fact.Actor.Person)), mine.Skip(skip).Select(entry => (entry.Event.Id, entry.Event.At, entry.Event.Actor.Person)));
        Assert.All(facts.Zip(mine.Skip(skip)), pair => Assert.Equal(pair.First.Target, pair.Second.Event.Target));
        return [.. mine.Select(entry => entry.Event)];
    }
}
