using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Vault.Tests.Lifecycle;

/// <summary>A company's key in the custody of the customer's own service: the real key server, a process over SoftHSM.</summary>
public sealed class KeyServiceTests : IAsyncLifetime
{
    private static readonly CompanyId Company = EntityId.New<CompanyId>(TimeProvider.System);
    private static readonly CompanyId Other = EntityId.New<CompanyId>(TimeProvider.System);
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private readonly TempFolder folder = new();
    private readonly SoftToken token = new();
    private readonly KeyServerProcess server;

    public KeyServiceTests() => server = new KeyServerProcess(folder, token);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private KeyServicePlace Place => new(server.Address, "acme", KeyServerProcess.Region, server.Certificate, server.AccessKey, server.Secret);

    public async ValueTask InitializeAsync()
    {
        await server.InitAsync(Ct);
        await server.DoAsync(Ct, "key", "add", "acme");
        await server.StartAsync(Ct);
    }

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Killed_EverythingOfTheCompanyIsUnreadableAtTheNextQuestion_AndReturnsWhenGranted()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        var others = await host.SealAsync(Scope with { Company = Other }, "theirs");
        await MoveOutAsync(host);
        var later = await host.SealAsync(Scope with { Application = "files" }, "later");
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));

        await server.DoAsync(Ct, "kill", "acme");
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        Assert.Equal(VaultRefusal.Withheld, (await host.OpenAsync(Company, "messaging", bytes)).Refusal);
        Assert.Equal(VaultRefusal.Withheld, (await host.OpenAsync(Company, "files", later)).Refusal);
        Assert.Equal(VaultRefusal.Withheld, (await host.Vault.SealAsync(Scope, new[] { new Plaintext("new"u8.ToArray(), default) }, Ct)).Refusal);
        Assert.Equal("theirs", await host.OpenTextAsync(Scope with { Company = Other }, others));
        Assert.NotNull((await host.StandingAsync(Company))!.WithheldMs);
        Assert.Equal(1, await CountEventsAsync(host, "vault.company-key.withheld"));
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        Assert.Equal(1, await CountEventsAsync(host, "vault.company-key.withheld"));

        await server.DoAsync(Ct, "restore", "acme");
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
        Assert.Equal("later", await host.OpenTextAsync(Scope with { Application = "files" }, later));
        Assert.Null((await host.StandingAsync(Company))!.WithheldMs);
        Assert.Equal(1, await CountEventsAsync(host, "vault.company-key.granted"));
    }

    [Fact]
    public async Task Silent_IsBorneForAMinute_ThenWithheld_AndServesWhenItIsBack()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        await MoveOutAsync(host);
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        server.Kill();
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
        host.Time.Advance(TimeSpan.FromMinutes(1));
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        Assert.Equal(VaultRefusal.Withheld, (await host.OpenAsync(Company, "messaging", bytes)).Refusal);
        Assert.Equal(1, await CountEventsAsync(host, "vault.company-key.withheld"));

        await server.StartAgainAsync(Ct);
        host.Time.Advance(TimeSpan.FromMinutes(1));
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
        Assert.Equal(1, await CountEventsAsync(host, "vault.company-key.granted"));
    }

    [Fact]
    public async Task Restart_WhileKilled_OpensNothing()
    {
        byte[] bytes;
        await using (var host = await StartAsync())
        {
            bytes = await host.SealAsync(Scope, "text");
            await MoveOutAsync(host);
        }

        await server.DoAsync(Ct, "kill", "acme");
        await using var again = await StartAsync();
        Assert.Equal(VaultRefusal.Withheld, (await again.OpenAsync(Company, "messaging", bytes)).Refusal);
    }

    [Fact]
    public async Task Secret_IsNeitherInTheStoreNorInAView()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        await MoveOutAsync(host);
        Assert.False(VaultHost.Holds(folder, System.Text.Encoding.UTF8.GetBytes(server.Secret)));
        var view = (await host.Get<KeyDesk>().ReadAsync(await host.PermitAsync(Company, "vault.read"), Ct)).Value;
        var service = view.Versions[^1].Service!;
        Assert.Contains("acme", service, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Secret, service, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_ThatRefusesOrIsNone_IsNotTakenUp()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        Assert.Equal(KeyRefusal.BadKeyService, await RefusedAsync(host, Place with { Address = "http://localhost/kms/xks/v1" }));
        Assert.Equal(KeyRefusal.BadKeyService, await RefusedAsync(host, Place with { Certificate = "none" }));
        Assert.Equal(KeyRefusal.KeyServiceRefuses, await RefusedAsync(host, Place with { Secret = "another" }));
        Assert.Equal(KeyRefusal.KeyServiceRefuses, await RefusedAsync(host, Place with { KeyId = "none" }));
        Assert.Equal(KeyRefusal.KeyServiceUnavailable, await RefusedAsync(host, Place with { Certificate = null }));
        await server.DoAsync(Ct, "kill", "acme");
        Assert.Equal(KeyRefusal.KeyServiceRefuses, await RefusedAsync(host, Place));
        Assert.Equal(1u, (await host.StandingAsync(Company))!.Version);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
    }

    [Fact]
    public async Task Service_KilledBetweenAskingAndApproving_ChangesNothing()
    {
        await using var host = await StartAsync();
        await host.SealAsync(Scope, "text");
        var request = (await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(Company), new(KeyAction.UseKeyService) { Place = Place }, "ours", Ct)).Value;

        // Whoever approves sees whose service it is.
        var shown = Assert.Single((await host.Get<KeyDesk>().ReadAsync(await host.PermitAsync(Company, "vault.read"), Ct)).Value.Requests);
        Assert.Equal(("ours", $"{Place.Address} · {Place.KeyId}"), (shown.Reason, shown.Service));
        await server.DoAsync(Ct, "kill", "acme");
        Assert.Equal(KeyRefusal.KeyServiceRefuses, (await host.Get<KeyDesk>().ApproveAsync(await host.PermitAsync(Company), request.Id, Ct)).Refusal);
        Assert.Equal(1u, (await host.StandingAsync(Company))!.Version);
        await server.DoAsync(Ct, "restore", "acme");
        Assert.True((await host.Get<KeyDesk>().ApproveAsync(await host.PermitAsync(Company), request.Id, Ct)).IsOk);
    }

    [Fact]
    public async Task Rotate_StaysWithTheService_AndUseVaultBringsItBack()
    {
        await using var host = await StartAsync();
        var bytes = await host.SealAsync(Scope, "text");
        await MoveOutAsync(host);
        Assert.Equal(Custody.External, (await host.ChangeAsync(Company, new(KeyAction.Rotate))).Value.Versions[^1].Custody);
        await host.Get<Rewrapper>().RunOnceAsync(Ct);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
        Assert.Equal(Custody.Vault, (await host.ChangeAsync(Company, new(KeyAction.UseVault))).Value.Versions[^1].Custody);
        await host.Get<Rewrapper>().RunOnceAsync(Ct);
        await server.DoAsync(Ct, "kill", "acme");
        await host.Get<KeyServiceWatch>().RunOnceAsync(Ct);
        host.Get<Withholding>().Forget(Company);
        Assert.Equal("text", await host.OpenTextAsync(Scope, bytes));
    }

    private Task<VaultHost> StartAsync() => VaultHost.StartAsync(
        folder,
        options =>
        {
            options.AllowsLocalKeyServices = true;

            // A busy machine that runs tests is no measure of the budget.
            options.KeyServiceAnswersWithin = TimeSpan.FromSeconds(20);
        },
        TimeProvider.System.GetUtcNow());

    private async Task MoveOutAsync(VaultHost host)
    {
        var view = (await host.ChangeAsync(Company, new(KeyAction.UseKeyService) { Place = Place })).Value;
        Assert.Equal(Custody.External, view.Versions[^1].Custody);
        Assert.True(await host.Get<Rewrapper>().RunOnceAsync(Ct) > 0);
    }

    private static async Task<KeyRefusal> RefusedAsync(VaultHost host, KeyServicePlace place)
        => (await host.Get<KeyDesk>().AskAsync(await host.PermitAsync(Company), new(KeyAction.UseKeyService) { Place = place }, "ours", Ct)).Refusal;

    private static ValueTask<int> CountEventsAsync(VaultHost host, string kind)
        => host.Store.ReadAsync(
            session => session.Query("SELECT topic, payload, position, company FROM outbox", row => new OutboxRow(row.GetInt64(2), row.GetString(0), (byte[])row.GetValue(3), (byte[])row.GetValue(1)))
                .Count(row => row.Topic == SecurityEvents.Topic && SecurityEvents.Read(row).Kind.Name == kind),
            Ct);
}
