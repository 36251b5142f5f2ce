using Google.Protobuf;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Vault.Tests.Lifecycle;

/// <summary>The requests about a company's key, as they are on the wire.</summary>
public sealed class KeyRequestsTests : IDisposable
{
    private static readonly CompanyId Company = EntityId.New<CompanyId>(TimeProvider.System);
    private readonly TempFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_BeforeAnythingIsStored_SaysThereIsNoKey()
    {
        await using var host = await VaultHost.StartAsync(folder);
        var key = (await host.Get<KeyRequests>().ReadAsync(await host.PermitAsync(Company, "vault.read"), new(), Ct)).Value.Key;
        Assert.Equal((CompanyKeyState.CompanyKeyNone, "file", ""), (key.State, key.Root, key.RootFault));
        Assert.Empty(key.Versions);
        Assert.Equal("key.none", (await host.Get<KeyRequests>().AskAsync(await host.PermitAsync(Company), Rotate(), Ct)).Refusal.Reason);
    }

    [Fact]
    public async Task Rotate_AskedAndApproved_IsShownWithTheTimesThatHold()
    {
        await using var host = await VaultHost.StartAsync(folder);
        await host.SealAsync(KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded), "text");
        var requests = host.Get<KeyRequests>();
        var ana = await host.PermitAsync(Company);
        var asked = (await requests.AskAsync(ana, Rotate(), Ct)).Value.Change;
        Assert.Equal((KeyChangeState.KeyChangeOpen, "yearly", 7 * 86_400_000L), (asked.State, asked.Reason, asked.UntilMs - asked.AskedMs));
        Assert.Equal("key.same-person", (await requests.ApproveAsync(ana, new() { RequestId = asked.RequestId }, Ct)).Refusal.Reason);

        var key = (await requests.ApproveAsync(await host.PermitAsync(Company), new() { RequestId = asked.RequestId }, Ct)).Value.Key;
        var options = host.Get<IOptions<VaultOptions>>().Value;
        Assert.Equal((2u, 1ul, (long)options.DestructionWaits.TotalMilliseconds), (key.Version, key.ToRewrap, key.DestructionWaitsMs));
        Assert.Equal((5_000L, 250L, 60_000L), (key.ServiceAskedEveryMs, key.ServiceAnswersWithinMs, key.ServiceMayBeSilentMs));
        Assert.Equal([1ul, 0ul], key.Versions.Select(version => version.Keys));
        Assert.Equal(("messaging", 1ul), (Assert.Single(key.Applications).Application, key.Applications[0].Living));
        var change = Assert.Single(key.Changes);
        Assert.Equal((KeyChangeState.KeyChangeApproved, ""), (change.State, change.Reason));
        Assert.NotEqual(change.AskedBy, change.DecidedBy);
    }

    [Fact]
    public async Task Read_OfARequestThatNobodyDecided_SaysItExpired()
    {
        await using var host = await VaultHost.StartAsync(folder);
        await host.SealAsync(KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded), "text");
        var requests = host.Get<KeyRequests>();
        var asked = (await requests.AskAsync(await host.PermitAsync(Company), Rotate(), Ct)).Value.Change;
        host.Time.Advance(TimeSpan.FromDays(7));
        var key = (await requests.ReadAsync(await host.PermitAsync(Company, "vault.read"), new(), Ct)).Value.Key;
        Assert.Equal(KeyChangeState.KeyChangeExpired, Assert.Single(key.Changes).State);
        Assert.Equal("key.not-open", (await requests.ApproveAsync(await host.PermitAsync(Company), new() { RequestId = asked.RequestId }, Ct)).Refusal.Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public async Task Decide_IdOfAnotherLength_IsNoRequest(int length)
    {
        await using var host = await VaultHost.StartAsync(folder);
        var id = ByteString.CopyFrom(new byte[length]);
        Assert.Equal("key.no-request", (await host.Get<KeyRequests>().ApproveAsync(await host.PermitAsync(Company), new() { RequestId = id }, Ct)).Refusal.Reason);
        Assert.Equal("key.no-request", (await host.Get<KeyRequests>().DeclineAsync(await host.PermitAsync(Company), new() { RequestId = id }, Ct)).Refusal.Reason);
    }

    [Fact]
    public async Task Import_OfWhatIsTooShortOrForNoImport_IsRefused()
    {
        await using var host = await VaultHost.StartAsync(folder);
        await host.SealAsync(KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded), "text");
        var requests = host.Get<KeyRequests>();
        var ana = await host.PermitAsync(Company);
        var begun = (await requests.BeginImportAsync(ana, new(), Ct)).Value;
        var wanted = new AskKeyChangeRequest { Action = KeyChangeAction.KeyChangeUseImported, Reason = "ours", ImportId = begun.ImportId, WrappedKey = ByteString.CopyFrom(new byte[551]) };
        Assert.Equal("key.import", (await requests.AskAsync(ana, wanted, Ct)).Refusal.Reason);
        Assert.Equal("key.no-import", (await requests.AskAsync(ana, wanted, Ct)).Refusal.Reason);
        Assert.Equal("key.no-import", (await requests.AskAsync(ana, new(wanted) { ImportId = ByteString.Empty }, Ct)).Refusal.Reason);
    }

    private static AskKeyChangeRequest Rotate() => new() { Action = KeyChangeAction.KeyChangeRotate, Reason = "yearly" };
}
