using System.Text;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Vault.Tests.Lifecycle;

/// <summary>What holds of a company's key wherever the root is.</summary>
public abstract class CompanyKeyContractTests : IDisposable
{
    private static readonly CompanyId Company = EntityId.New<CompanyId>(TimeProvider.System);
    private static readonly CompanyId Other = EntityId.New<CompanyId>(TimeProvider.System);
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private static readonly KeyScope OtherScope = Scope with { Company = Other };

    protected TempFolder Folder { get; } = new();

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected abstract void Configure(VaultOptions options);

    private Task<VaultHost> StartAsync() => VaultHost.StartAsync(Folder, Configure);

    [Fact]
    public async Task Rotate_ThenRewrap_OldAndNewOpenAndNothingIsUnderTheOldVersion()
    {
        await using var host = await StartAsync();
        var before = await host.SealAsync(Scope, "before");
        var view = (await host.ChangeAsync(Company, new(KeyAction.Rotate))).Value;
        Assert.Equal((2u, 1L), (view.Standing!.Version, view.ToRewrap));
        var after = await host.SealAsync(Scope with { Application = "files" }, "after");

        Assert.Equal(1, await host.Get<Rewrapper>().RunOnceAsync(Ct));
        Assert.Equal(0, await host.Get<Rewrapper>().RunOnceAsync(Ct));
        var permit = await host.PermitAsync(Company, "vault.read");
        view = (await host.Get<KeyDesk>().ReadAsync(permit, Ct)).Value;
        Assert.Equal([0L, 2L], view.Versions.Select(version => version.Keys));
        host.Get<Withholding>().Forget(Company);
        Assert.Equal("before", await host.OpenTextAsync(Scope, before));
        Assert.Equal("after", await host.OpenTextAsync(Scope with { Application = "files" }, after));
    }

    [Fact]
    public async Task DestroyVersions_WhileInUse_IsRefused_AndAfterRewrappingDestroys()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Rotate))).IsOk);
        Assert.Equal(KeyRefusal.StillInUse, (await host.ChangeAsync(Company, new(KeyAction.DestroyVersions) { Version = 1 })).Refusal);
        Assert.Equal(KeyRefusal.BadVersion, (await host.ChangeAsync(Company, new(KeyAction.DestroyVersions) { Version = 2 })).Refusal);
        await host.Get<Rewrapper>().RunOnceAsync(Ct);

        var request = Assert.Single((await host.Get<KeyDesk>().ReadAsync(await host.PermitAsync(Company, "vault.read"), Ct)).Value.Requests, one => one.Request.State == KeyRequestState.Open);
        var view = (await host.Get<KeyDesk>().ApproveAsync(await host.PermitAsync(Company), request.Request.Id, Ct)).Value;
        Assert.Equal([false, true], view.Versions.Select(version => version.IsLiving));
        Assert.Equal(2u, view.Standing!.Minimum);
        await host.Get<DestructionKeeper>().RunOnceAsync(Ct);
        Assert.Empty(await host.Store.ReadAsync(CompanyKeyTable.ToClear, Ct));
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
    }

    [Fact]
    public async Task Minimum_RowOfAnOlderVersionPutBack_IsOutdated()
    {
        byte[] bytes;
        (byte[] Wrapped, byte[] KeyId) old;
        await using (var host = await StartAsync())
        {
            bytes = await host.SealAsync(Scope, "text");
            old = await host.Store.ReadAsync(
                session => session.QueryFirst("SELECT wrapped, key_id FROM vault_key WHERE company = $1", row => ((byte[])row.GetValue(0), (byte[])row.GetValue(1)), Company.ToBytes()), Ct);
            await host.ChangeAsync(Company, new(KeyAction.Rotate));
            await host.Get<Rewrapper>().RunOnceAsync(Ct);
            Assert.True((await host.ChangeAsync(Company, new(KeyAction.RaiseMinimum) { Version = 2 })).IsOk);
            Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
        }

        VaultHost.EditFile(Folder, $"UPDATE vault_key SET wrapped = x'{Convert.ToHexString(old.Wrapped)}', wrapped_by = 1 WHERE key_id = x'{Convert.ToHexString(old.KeyId)}'");
        await using var again = await StartAsync();
        Assert.Equal(VaultRefusal.Outdated, (await again.OpenAsync(Company, Scope.Application, bytes)).Refusal);

        // And saying that it is under the new one does not help.
        VaultHost.EditFile(Folder, "UPDATE vault_key SET wrapped_by = 2");
        Assert.Equal(VaultRefusal.Unavailable, (await again.OpenAsync(Company, Scope.Application, bytes)).Refusal);
    }

    [Fact]
    public async Task Disable_WithholdsEverythingOfTheCompanyAtOnce_AndEnableGivesItBack()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        var others = await host.SealAsync(OtherScope, "theirs");
        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Disable))).IsOk);
        Assert.Equal(VaultRefusal.Withheld, (await host.OpenAsync(Company, Scope.Application, bytes)).Refusal);
        Assert.Equal(VaultRefusal.Withheld, await TrySealAsync(host, Scope));
        Assert.Equal(VaultRefusal.Withheld, await TrySealAsync(host, Scope with { Application = "new" }));
        Assert.Equal("theirs", await host.OpenTextAsync(OtherScope, others));
        Assert.Equal(KeyRefusal.WrongState, (await host.ChangeAsync(Company, new(KeyAction.Rotate))).Refusal);

        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Enable))).IsOk);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
    }

    [Fact]
    public async Task CancelDestruction_OfADisabledKey_GivesBackADisabledKey()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Disable))).IsOk);
        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Destroy))).IsOk);

        // One alone may cancel; what two disabled must not be in use by that.
        var view = (await host.Get<KeyDesk>().CancelDestructionAsync(await host.PermitAsync(Company), Ct)).Value;
        Assert.Equal(CompanyState.Disabled, view.Standing!.State);
        Assert.Equal(VaultRefusal.Withheld, (await host.OpenAsync(Company, Scope.Application, bytes)).Refusal);
        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Enable))).IsOk);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
    }

    [Fact]
    public async Task Destroy_WaitsUnreadable_CanBeCancelledByOne_AndThenIsForGood()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        var others = await host.SealAsync(OtherScope, "theirs");
        var view = (await host.ChangeAsync(Company, new(KeyAction.Destroy))).Value;
        Assert.Equal(CompanyState.AwaitsDestruction, view.Standing!.State);
        Assert.Equal(VaultRefusal.Withheld, (await host.OpenAsync(Company, Scope.Application, bytes)).Refusal);
        host.Time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await host.Get<DestructionKeeper>().RunOnceAsync(Ct));
        Assert.True((await host.Get<KeyDesk>().CancelDestructionAsync(await host.PermitAsync(Company), Ct)).IsOk);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));

        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Destroy))).IsOk);
        host.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(1, await host.Get<DestructionKeeper>().RunOnceAsync(Ct));
        Assert.Equal(0, await host.Get<DestructionKeeper>().RunOnceAsync(Ct));
        Assert.Equal(VaultRefusal.Destroyed, (await host.OpenAsync(Company, Scope.Application, bytes)).Refusal);
        Assert.Equal(VaultRefusal.Destroyed, await TrySealAsync(host, Scope));
        Assert.Equal(KeyRefusal.WrongState, (await host.Get<KeyDesk>().CancelDestructionAsync(await host.PermitAsync(Company), Ct)).Refusal);
        Assert.Equal("theirs", await host.OpenTextAsync(OtherScope, others));
        Assert.Empty(await host.Store.ReadAsync(CompanyKeyTable.ToClear, Ct));
        var living = await host.Store.ReadAsync(
            session => session.QueryFirst("SELECT count(*) FROM vault_key WHERE company = $1 AND (state = 1 OR wrapped <> zeroblob(length(wrapped)))", row => row.GetInt64(0), Company.ToBytes()), Ct);
        Assert.Equal(0, living);
    }

    [Fact]
    public async Task Request_NeedsAnotherPerson_AndIsDecidedOnce()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        var desk = host.Get<KeyDesk>();
        var ana = await host.PermitAsync(Company);
        var ben = await host.PermitAsync(Company);
        var request = (await desk.AskAsync(ana, new(KeyAction.Rotate), "yearly", Ct)).Value;
        Assert.Equal(KeyRefusal.SamePerson, (await desk.ApproveAsync(ana, request.Id, Ct)).Refusal);
        Assert.Equal(KeyRefusal.AlreadyAsked, (await desk.AskAsync(ben, new(KeyAction.Rotate), "yearly", Ct)).Refusal);
        Assert.Equal(KeyRefusal.NoRequest, (await desk.ApproveAsync(await host.PermitAsync(Other), request.Id, Ct)).Refusal);
        Assert.Equal(KeyRefusal.WrongPermit, (await desk.ApproveAsync(await host.PermitAsync(Company, "vault.read"), request.Id, Ct)).Refusal);
        Assert.Equal("yearly", Assert.Single((await desk.ReadAsync(await host.PermitAsync(Company, "vault.read"), Ct)).Value.Requests).Reason);

        // Two approve at once: one does it.
        var both = await Task.WhenAll(desk.ApproveAsync(ben, request.Id, Ct).AsTask(), host.Get<KeyDesk>().ApproveAsync(await host.PermitAsync(Company), request.Id, Ct).AsTask());
        Assert.Single(both, one => one.IsOk);
        Assert.Equal(2u, (await host.StandingAsync(Company))!.Version);
        Assert.Equal(KeyRefusal.NotOpen, (await desk.ApproveAsync(ben, request.Id, Ct)).Refusal);

        var second = (await desk.AskAsync(ana, new(KeyAction.Disable), "they left", Ct)).Value;
        host.Time.Advance(KeyRequest.Lasts);
        Assert.Equal(KeyRefusal.NotOpen, (await desk.ApproveAsync(ben, second.Id, Ct)).Refusal);
        var third = (await desk.AskAsync(ana, new(KeyAction.Disable), "they left", Ct)).Value;
        Assert.True((await desk.DeclineAsync(ben, third.Id, Ct)).IsOk);
        Assert.Equal(KeyRefusal.NotOpen, (await desk.ApproveAsync(ben, third.Id, Ct)).Refusal);
        Assert.Equal("text", await host.OpenTextAsync(Scope, await host.SealAsync(Scope, "text")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public async Task Ask_WithoutAReasonOrWithALongOne_IsRefused(string? reason)
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        Assert.Equal(KeyRefusal.BadReason, (await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(Company), new(KeyAction.Rotate), reason ?? new string('x', 201), Ct)).Refusal);
        Assert.Equal(KeyRefusal.NoKey, (await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(Other), new(KeyAction.Rotate), "why", Ct)).Refusal);
    }

    [Fact]
    public async Task Store_HoldsNoReasonInClear()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(Company), new(KeyAction.Rotate), "because somebody copied the laptop", Ct);
        Assert.False(VaultHost.Holds(Folder, Encoding.UTF8.GetBytes("somebody copied")));
    }

    [Fact]
    public async Task Request_NobodyDecided_LosesWhatWasPreparedForIt()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(Company), new(KeyAction.Rotate), "yearly", Ct);
        host.Time.Advance(KeyRequest.Lasts - TimeSpan.FromSeconds(1));
        await host.Get<DestructionKeeper>().RunOnceAsync(Ct);
        Assert.False(await IsOverwrittenAsync());
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await host.Get<DestructionKeeper>().RunOnceAsync(Ct);
        Assert.True(await IsOverwrittenAsync());

        ValueTask<bool> IsOverwrittenAsync()
            => host.Store.ReadAsync(session => session.QueryFirst("SELECT wrapped = zeroblob(length(wrapped)) FROM vault_request", row => row.GetInt64(0) == 1), Ct);
    }

    [Fact]
    public async Task KeyFromBeforeCompaniesHadKeys_OpensAndIsWrappedAnew()
    {
        byte[] bytes;
        await using (var host = await StartAsync())
        {
            // As an older server left it: under the root, and no key of the company.
            bytes = await host.SealAsync(Scope, "old");
            var row = Assert.Single(await host.Store.ReadAsync(session => KeyStore.Under(session, Company, 1, null, 10), Ct));
            var wrapped = (await host.Get<DataKeys>().RewrapAsync(row, new(0, host.Root), Ct)).Value;
            Assert.True(await host.Store.WriteAsync(transaction => KeyStore.TryRewrap(transaction, row, wrapped, 0), Ct));
        }

        VaultHost.EditFile(Folder, "DELETE FROM vault_company_key; DELETE FROM vault_company");
        await using var again = await StartAsync();
        Assert.Equal("old", await again.OpenTextAsync(Scope, bytes));
        await again.SealAsync(Scope with { Application = "files" }, "the company gets its key");
        Assert.Equal(1, await again.Get<Rewrapper>().RunOnceAsync(Ct));
        Assert.Equal("old", await again.OpenTextAsync(Scope, bytes));
    }

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private static async Task<VaultRefusal> TrySealAsync(VaultHost host, KeyScope scope)
        => (await host.Vault.SealAsync(scope, new[] { new Plaintext("text"u8.ToArray(), default) }, Ct)).Refusal;
}

/// <summary>With the root in a file.</summary>
public sealed class FileCompanyKeyTests : CompanyKeyContractTests
{
    protected override void Configure(VaultOptions options)
    {
    }
}

/// <summary>With the root, and the companies' keys, in a key module.</summary>
[Collection("key module")]
public sealed class ModuleCompanyKeyTests : CompanyKeyContractTests
{
    private readonly SoftToken token = new();

    protected override void Configure(VaultOptions options)
        => options.RootModule = ModuleRootTests.Settings(token, Folder);
}
