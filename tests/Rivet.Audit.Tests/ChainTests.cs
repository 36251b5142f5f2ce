using System.Globalization;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

/// <summary>The store's file is edited as its owner could, and the verifier must say where.</summary>
public sealed class ChainTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private AuditHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AuditHost.StartAsync(folder);
        await host.RecordAsync([.. Enumerable.Range(0, 10).Select(_ => host.Event(company))]);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_Untouched_IsIntactAlsoAfterRestart()
    {
        await host.DisposeAsync();
        host = await AuditHost.StartAsync(folder);
        await host.RecordAsync(host.Event(company));
        var check = await host.Verifier.VerifyAllAsync(null, Ct);
        Assert.Null(check.Break);
        Assert.Equal(11, check.Head.Sequence);
    }

    [Theory]
    [InlineData("event_id = randomblob(16)")]
    [InlineData("company = randomblob(16)")]
    [InlineData("at_ms = at_ms + 1")]
    [InlineData("kind = kind || 'x'")]
    [InlineData("actor_kind = 2")]
    [InlineData("actor_kind = 4711")]
    [InlineData("actor_person = randomblob(16)")]
    [InlineData("actor_via = randomblob(16)")]
    [InlineData("target_kind = ''")]
    [InlineData("target_id = randomblob(16)")]
    [InlineData("target_company = randomblob(16)")]
    [InlineData("outcome = 2")]
    [InlineData("details_json = '{}'")]
    [InlineData("details_json = details_json || ' '")]
    [InlineData("previous_hash = randomblob(32)")]
    [InlineData("hash = randomblob(32)")]
    [InlineData("hash = x''")]
    [InlineData("company = 'text'")]
    [InlineData("at_ms = 'yesterday'")]
    [InlineData("kind = x'00ff'")]
    public async Task Verify_AnyFieldEdited_NamesTheEvent(string assignment)
    {
        AuditHost.Edit(folder, $"UPDATE audit_event SET {assignment} WHERE sequence = 5");
        Assert.Equal(new ChainBreak(5, ChainBreakKind.Changed), (await host.Verifier.VerifyAllAsync(null, Ct)).Break);

        // Reading the list goes on; the verifier is who reports.
        Assert.True((await host.Log.ReadLastAsync(await host.PermitAsync(company), 100, Ct)).IsOk);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Verify_EventRemoved_NamesTheGap(int sequence)
    {
        AuditHost.Edit(folder, $"DELETE FROM audit_event WHERE sequence = {sequence}");
        Assert.Equal(new ChainBreak(sequence + 1, ChainBreakKind.Removed), (await host.Verifier.VerifyAllAsync(null, Ct)).Break);
    }

    [Fact]
    public async Task Verify_RemovedAndRenumbered_IsFound()
    {
        AuditHost.Edit(folder, "DELETE FROM audit_event WHERE sequence = 5");
        AuditHost.Edit(folder, "UPDATE audit_event SET sequence = sequence - 1 WHERE sequence > 5");
        Assert.Equal(new ChainBreak(5, ChainBreakKind.Changed), (await host.Verifier.VerifyAllAsync(null, Ct)).Break);
    }

    [Fact]
    public async Task Verify_TwoSwapped_IsFound()
    {
        AuditHost.Edit(
            folder,
            "UPDATE audit_event SET sequence = -4 WHERE sequence = 4; UPDATE audit_event SET sequence = 4 WHERE sequence = 5; "
            + "UPDATE audit_event SET sequence = 5 WHERE sequence = -4");
        Assert.Equal(new ChainBreak(4, ChainBreakKind.Changed), (await host.Verifier.VerifyAllAsync(null, Ct)).Break);
    }

    [Fact]
    public async Task Verify_InsertedWithARightHash_IsFoundAtTheNext()
    {
        // The owner knows the format: the forged event hashes well and follows event 4; event 5 does not follow it.
        var rows = await ReadRowsAsync();
        var forged = ChainRow.Of(host.Event(company), 5, rows[3].Hash);
        AuditHost.Edit(folder, $"UPDATE audit_event SET {Assignments(forged)} WHERE sequence = 5");
        Assert.Equal(new ChainBreak(6, ChainBreakKind.Relinked), (await host.Verifier.VerifyAllAsync(null, Ct)).Break);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task Verify_TailCut_IsFoundByTheNotedEnd(int count)
    {
        AuditHost.Edit(folder, $"DELETE FROM audit_event WHERE sequence > {10 - count}");
        Assert.Equal(new ChainBreak(10, ChainBreakKind.Cut), (await host.Verifier.VerifyAllAsync(null, Ct)).Break);

        // Writing on must not heal it.
        await host.RecordAsync(host.Event(company));
        Assert.Equal(new ChainBreak(11, ChainBreakKind.Removed), (await host.Verifier.VerifyAllAsync(null, Ct)).Break);
    }

    [Fact]
    public async Task Verify_TailCutWithItsNote_IsFoundByWhoRemembers()
    {
        var remembered = (await host.Verifier.VerifyAllAsync(null, Ct)).Head;
        AuditHost.Edit(folder, "DELETE FROM audit_event WHERE sequence > 8");
        AuditHost.Edit(folder, "UPDATE audit_head SET sequence = 8, hash = (SELECT hash FROM audit_event WHERE sequence = 8)");
        Assert.Null((await host.Verifier.VerifyAllAsync(null, Ct)).Break);
        Assert.Equal(new ChainBreak(10, ChainBreakKind.Cut), (await host.Verifier.VerifyAllAsync(remembered, Ct)).Break);

        await host.RecordAsync(host.Event(company), host.Event(company), host.Event(company));
        Assert.Null((await host.Verifier.VerifyAllAsync(null, Ct)).Break);
        Assert.Equal(new ChainBreak(10, ChainBreakKind.Rewritten), (await host.Verifier.VerifyAllAsync(remembered, Ct)).Break);
    }

    [Fact]
    public async Task Watch_TailCutWithItsNote_IsFoundFromMemory()
    {
        Assert.False(await host.Watch.RunOnceAsync(Ct));
        AuditHost.Edit(folder, "DELETE FROM audit_event WHERE sequence > 8");
        AuditHost.Edit(folder, "UPDATE audit_head SET sequence = 8, hash = (SELECT hash FROM audit_event WHERE sequence = 8)");
        await host.Watch.RunOnceAsync(Ct);
        Assert.Equal(new ChainBreak(10, ChainBreakKind.Cut), host.Watch.State.Break);
    }

    [Fact]
    public async Task Watch_OldEventEdited_IsFoundByTheNextWholePassAndShown()
    {
        Assert.Equal(StatusLevel.Plain, (await StatusAsync("en"))[0].Level);
        await host.Watch.RunOnceAsync(Ct);
        Assert.Equal(StatusLevel.Passing, (await StatusAsync("en"))[0].Level);

        AuditHost.Edit(folder, "UPDATE audit_event SET outcome = 2 WHERE sequence = 3");
        await host.Watch.RunOnceAsync(Ct);
        Assert.Null(host.Watch.State.Break); // only what was added is looked at every few seconds
        host.Time.Advance(TimeSpan.FromHours(7));
        await host.Watch.RunOnceAsync(Ct);
        Assert.Equal(new ChainBreak(3, ChainBreakKind.Changed), host.Watch.State.Break);
        Assert.Equal(StatusLevel.Failing, (await StatusAsync("en"))[0].Level);
        Assert.Contains("3", (await StatusAsync("zh-CN"))[0].Value, StringComparison.Ordinal);

        await host.Watch.RunOnceAsync(Ct);
        Assert.NotNull(host.Watch.State.Break);
    }

    [Fact]
    public async Task Watch_MoreThanOneLook_GoesOnUntilTheEnd()
    {
        await host.DisposeAsync();
        host = await AuditHost.StartAsync(folder, options => options.EventsPerLook = 4);
        Assert.True(await host.Watch.RunOnceAsync(Ct));
        Assert.False(host.Watch.State.IsComplete);
        Assert.True(await host.Watch.RunOnceAsync(Ct));
        Assert.False(await host.Watch.RunOnceAsync(Ct));
        Assert.Equal(10, host.Watch.State.Head.Sequence);
        Assert.True(host.Watch.State.IsComplete);
    }

    private async Task<IReadOnlyList<StatusLine>> StatusAsync(string culture)
        => (await host.Status.ReadAsync(new CultureInfo(culture), Ct)).Lines;

    private async Task<List<ChainRow>> ReadRowsAsync()
        => await host.Store.ReadAsync(
            session => session.Query(
                $"SELECT {ChainRow.Columns} FROM audit_event ORDER BY sequence", row => ChainRow.TryRead(row, out var read) ? read : null!),
            Ct);

    private static string Assignments(ChainRow row)
        => $"event_id = x'{Convert.ToHexString(row.EventId)}', at_ms = {row.AtMs}, actor_person = x'{Convert.ToHexString(row.ActorPerson)}', "
            + $"actor_via = x'{Convert.ToHexString(row.ActorVia)}', target_id = x'{Convert.ToHexString(row.TargetId)}', "
            + $"previous_hash = x'{Convert.ToHexString(row.PreviousHash)}', hash = x'{Convert.ToHexString(row.Hash)}'";
}
