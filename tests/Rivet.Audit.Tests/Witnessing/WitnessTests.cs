using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

/// <summary>With real witnesses, over loopback.</summary>
public sealed class WitnessTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private WitnessedHost log = null!;
    private TestWitness one = null!;

    public async ValueTask InitializeAsync()
    {
        log = await WitnessedHost.StartAsync(folder, company);
        one = await new TestWitness(folder, "one.example", log.Host.Time).StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await log.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Round_LogThatGrows_IsCosignedAndKeptEachTime()
    {
        await log.AddAsync(one);
        foreach (var more in new[] { 1, 254, 300, 1 })
        {
            await log.GrowAsync(more);
            var unsigned = await log.NewestAsync();
            Assert.Equal(1, await log.RoundAsync());
            var (row, note) = await log.NewestAsync();
            Assert.Equal(unsigned.Row with { Checkpoint = row.Checkpoint, Edge = row.Edge }, row);
            Assert.Equal(unsigned.Note.ToString(), (note with { Signatures = [note.Signatures[0]] }).ToString());
            await RequireCosignedAsync(note, one);
            Assert.Equal(note.ToString(), (await log.KeptAsync(row.Size))!.ToString());
            var standing = await log.StandingAsync();
            Assert.Equal((row.Size, log.Host.Time.GetUtcNow(), null), (standing.Size, standing.CosignedAt, standing.Failure));
        }

        Assert.Equal(0, await log.RoundAsync());
    }

    [Fact]
    public async Task Round_TwoWitnessesAtOneSize_BothAreKept()
    {
        await using var two = await new TestWitness(folder, "two.example", log.Host.Time).StartAsync();
        await log.AddAsync(one);
        await log.AddAsync(two);
        Assert.Equal(2, await log.RoundAsync());
        var (row, note) = await log.NewestAsync();
        Assert.Equal(3, note.Signatures.Count);
        await RequireCosignedAsync(note, one, two);
        await RequireCosignedAsync((await log.KeptAsync(row.Size))!, one, two);
    }

    [Fact]
    public async Task Round_SameSizeShownAgain_ReplacesTheLineOfThisWitnessOnly()
    {
        await using var two = await new TestWitness(folder, "two.example", log.Host.Time).StartAsync();
        await log.AddAsync(one);
        await log.AddAsync(two);
        await log.RoundAsync();
        await two.StopAsync();
        var before = (await log.StandingAsync()).CosignedAt;
        Assert.Equal(2, await log.RoundAsync(1801));
        var (_, note) = await log.NewestAsync();
        Assert.Equal(3, note.Signatures.Count);
        await RequireCosignedAsync(note, one);
        Assert.True((await log.StandingAsync()).CosignedAt > before);
        Assert.Equal(AuditWitnessFailure.Unreachable, (await log.StandingAsync("two.example")).Failure);
        await two.StartAsync();
        await RequireCosignedAsync(note, two);
    }

    [Fact]
    public async Task Round_WitnessOfflineThenBack_CatchesUp()
    {
        await log.AddAsync(one);
        await log.RoundAsync();
        await one.StopAsync();
        await log.GrowAsync(5);
        await log.RoundAsync();
        var failing = await log.StandingAsync();
        Assert.Equal((AuditWitnessFailure.Unreachable, (DateTimeOffset?)log.Host.Time.GetUtcNow()), (failing.Failure, failing.FailingSince));
        await log.GrowAsync(7);
        await log.RoundAsync(300);
        Assert.Equal(failing.FailingSince, (await log.StandingAsync()).FailingSince);
        await one.StartAsync();
        await log.RoundAsync(300);
        await RequireCosignedAsync((await log.NewestAsync()).Note, one);
        Assert.Equal((null, null), ((await log.StandingAsync()).Failure, (await log.StandingAsync()).FailingSince));
    }

    [Fact]
    public async Task Round_WitnessWithAnOldCopyOfItsFolder_GoesOnFromWhatItSays()
    {
        await log.AddAsync(one);
        await log.GrowAsync(3);
        await log.RoundAsync();
        await one.StopAsync();
        var copy = one.Copy("copy");
        await one.StartAsync();
        await log.GrowAsync(3);
        await log.RoundAsync();
        await one.StopAsync();
        await one.StartFromAsync(copy);
        await log.GrowAsync(3);
        await log.RoundAsync();
        Assert.Equal(0, await log.RoundAsync(0));
        await log.RoundAsync(1);
        await RequireCosignedAsync((await log.NewestAsync()).Note, one);
        Assert.Empty(await log.EventsAsync("audit.witness.disagrees"));
    }

    [Fact]
    public async Task Round_WitnessThatKnowsTheLogAlready_GoesOnFromWhatItSays()
    {
        await log.AddAsync(one);
        await log.RoundAsync();
        Assert.True((await log.Host.Witnesses.RemoveAsync(await log.Host.PermitAsync(company, "audit.share"), "one.example", Ct)).IsOk);
        await log.Host.PumpAsync();
        Assert.True((await log.AddAsync(one.Key.ToString(), one.Url)).IsOk);
        await log.RoundAsync();
        await log.RoundAsync(1);
        await RequireCosignedAsync((await log.NewestAsync()).Note, one);
    }

    [Fact]
    public async Task Remove_Witness_IsNotAskedAnyMore()
    {
        await log.AddAsync(one);
        await log.RoundAsync();
        var seen = one.SizeOf(await log.LogKeyAsync());
        var permit = await log.Host.PermitAsync(company, "audit.share");
        Assert.True((await log.Host.Witnesses.RemoveAsync(permit, "one.example", Ct)).IsOk);
        await log.GrowAsync();
        Assert.Equal(0, await log.RoundAsync(3600));
        Assert.Equal(seen, one.SizeOf(await log.LogKeyAsync()));
        Assert.Equal(AuditRefusal.Unknown, (await log.Host.Witnesses.RemoveAsync(permit, "one.example", Ct)).Refusal);
        Assert.Single(await log.EventsAsync("audit.witness.removed"));
        await RequireCosignedAsync((await log.KeptAsync(seen))!, one);
    }

    [Fact]
    public async Task Round_LogThatTheWitnessDoesNotWatch_IsSaid()
    {
        await log.AddAsync(one.Key.ToString(), one.Url);
        await log.RoundAsync();
        Assert.Equal(AuditWitnessFailure.NotWatched, (await log.StandingAsync()).Failure);
        one.Watch(await log.LogKeyAsync());
        await log.RoundAsync(300);
        await RequireCosignedAsync((await log.NewestAsync()).Note, one);
    }

    [Fact]
    public async Task Round_OneFailingWitness_DoesNotHoldUpAnother()
    {
        await using var two = await new TestWitness(folder, "two.example", log.Host.Time).StartAsync();
        await log.AddAsync(one);
        await log.AddAsync(two);
        await one.StopAsync();
        await log.RoundAsync();
        await RequireCosignedAsync((await log.NewestAsync()).Note, two);
        await log.GrowAsync();
        await log.RoundAsync();
        await RequireCosignedAsync((await log.NewestAsync()).Note, two);
    }

    [Fact]
    public async Task Round_RowsThatAreNone_HoldUpNoOther()
    {
        await using var two = await new TestWitness(folder, "two.example", log.Host.Time).StartAsync();
        await log.AddAsync(one);
        await log.AddAsync(two);
        AuditHost.Edit(folder, "UPDATE audit_witness SET key = 'none' WHERE name = 'one.example'");
        await log.Host.RecordAsync(log.Host.Event(new(Guid.CreateVersion7())));
        AuditHost.Edit(folder, $"UPDATE audit_log SET edge = 'none' WHERE company <> x'{company}'");
        Assert.Equal(1, await log.RoundAsync());
        await RequireCosignedAsync((await log.NewestAsync()).Note, two);
    }

    private async Task RequireCosignedAsync(SignedNote note, params TestWitness[] by)
    {
        Assert.True(await note.IsSignedByAsync(await log.LogKeyAsync(), new Ed25519Verifier(), Ct));
        Assert.Equal((await log.LogKeyAsync()).Name, note.Signatures[0].Name);
        foreach (var witness in by)
        {
            Assert.True(await witness.HasSignedAsync(note));
        }
    }
}
