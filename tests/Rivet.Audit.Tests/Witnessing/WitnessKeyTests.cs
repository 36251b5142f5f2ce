using Rivet.Audit.Keys;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

/// <summary>A witness of a log whose key is replaced or revoked.</summary>
public sealed class WitnessKeyTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private WitnessedHost log = null!;
    private TestWitness witness = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        log = await WitnessedHost.StartAsync(folder, new CompanyId(Guid.CreateVersion7()));
        await log.GrowAsync(3);
        witness = await new TestWitness(folder, "one.example", log.Host.Time).StartAsync();
        await log.AddAsync(witness);
        await log.RoundAsync();
        Assert.NotNull((await log.StandingAsync()).CosignedAt);
    }

    public async ValueTask DisposeAsync()
    {
        await witness.DisposeAsync();
        await log.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Rotated_WitnessThatHasNotHeard_CosignsForAMonth()
    {
        var old = await log.LogKeyAsync();
        Assert.True((await Keys.RotateAsync(await PermitAsync(), Ct)).IsOk);
        await log.GrowAsync();
        await log.RoundAsync();
        var standing = await log.StandingAsync();
        Assert.Equal(((AuditWitnessFailure?)null, (await log.NewestAsync()).Row.Size), (standing.Failure, standing.Size));
        Assert.True(await witness.HasSignedAsync((await log.NewestAsync()).Note));

        log.Host.Time.Advance(TimeSpan.FromDays(31));
        await log.GrowAsync();
        await log.RoundAsync();
        Assert.Equal(AuditWitnessFailure.KeyReplaced, (await log.StandingAsync()).Failure);

        witness.Rekey(await log.LogKeyAsync());
        await log.RoundAsync(300);
        Assert.Null((await log.StandingAsync()).Failure);
        Assert.Equal((await log.NewestAsync()).Row.Size, witness.SizeOf(old));
    }

    [Theory]
    [InlineData("en", "knows the log under the key that it had before", "rivet witness rekey")]
    [InlineData("zh-CN", "从前的密钥", "rivet witness rekey")]
    public async Task Revoked_WitnessThatHasNotHeard_IsSaidOnTheStatusPage(string culture, string said, string advice)
    {
        Assert.True((await Keys.RevokeAsync(await PermitAsync(), LogKeys.IdOf(await log.LogKeyAsync()), Ct)).IsOk);
        await log.GrowAsync();
        await log.RoundAsync();
        var line = await log.StatusAsync(culture);
        Assert.Contains(said, line.Value, StringComparison.Ordinal);
        Assert.Contains(advice, line.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rekeyed_Witness_KeepsWhatItSaw()
    {
        Assert.True((await Keys.RotateAsync(await PermitAsync(), Ct)).IsOk);
        await log.Host.PumpAsync();
        var key = await log.LogKeyAsync();
        var seen = witness.SizeOf(key);
        witness.Rekey(key);
        Assert.Equal(seen, witness.SizeOf(key));
    }

    private IAuditKeys Keys => log.Host.Get<IAuditKeys>();

    private Task<Permit> PermitAsync() => log.Host.PermitAsync(log.Company, "audit.key");
}
