using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

/// <summary>Loss and return of the module: seen, told once each, and looked at beside the server.</summary>
[Collection("key module")]
public sealed class RootReachTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly SoftToken token = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Module_LostAndBackTwice_IsRecordedOncePerTransition()
    {
        await using var host = await StartAsync();
        var reach = new RootReach(host.RootKey, meters: null);
        Assert.True(reach.IsReachable);
        using var watch = new RootWatch(host.RootKey, host.Store, host.Time, NullLogger<RootWatch>.Instance);
        await watch.StartAsync(Ct);
        for (var round = 1; round <= 2; round++)
        {
            token.Remove();
            for (var call = 0; call < 5; call++)
            {
                Assert.Equal(VaultRefusal.Unavailable, host.Root.Wrap([1], []).Refusal);
                host.Time.Advance(TimeSpan.FromSeconds(2));
            }

            Assert.False(reach.IsReachable);
            await CountsAsync(host, round, round - 1);
            token.PutBack();
            host.Time.Advance(TimeSpan.FromSeconds(2));
            for (var call = 0; call < 5; call++)
            {
                Assert.True(host.Root.Wrap([1], []).IsOk);
            }

            Assert.True(reach.IsReachable);
            await CountsAsync(host, round, round);
        }

        await watch.StopAsync(Ct);
    }

    [Fact]
    public async Task Module_LostWhileNobodyCalls_IsNoticed()
    {
        await using var host = await StartAsync();
        using var watch = new RootWatch(host.RootKey, host.Store, host.Time, NullLogger<RootWatch>.Instance);
        await watch.StartAsync(Ct);
        token.Remove();
        while (await CountAsync(host, "vault.root.unreachable") == 0)
        {
            host.Time.Advance(TimeSpan.FromSeconds(31));
        }

        token.PutBack();
        while (await CountAsync(host, "vault.root.reachable") == 0)
        {
            host.Time.Advance(TimeSpan.FromSeconds(31));
        }

        await CountsAsync(host, 1, 1);
        await watch.StopAsync(Ct);
    }

    [Fact]
    public async Task Look_TokenThereGoneWithAWrongPinOrAnotherOne_SaysWhat()
    {
        await (await StartAsync()).DisposeAsync();
        Assert.Equal(RootKeeping.SoftwareModule, (await LookAsync()).Keeping);

        var settings = ModuleRootTests.Settings(token, folder);
        token.Remove();
        var gone = await LookAsync();
        Assert.Equal(RootKeeping.Broken, gone.Keeping);
        Assert.Contains("no token with the label", gone.Reason, StringComparison.Ordinal);

        token.PutBack();
        token.WritePin(settings.PinFile, "wrong-pin");
        Assert.Contains("refused the PIN", (await LookAsync()).Reason, StringComparison.Ordinal);
        token.WritePin(settings.PinFile);

        // Another token of another label, as on another machine: named, and without the key.
        var other = new SoftToken();
        RootModuleFile.Write(RootModuleFile.Beside(VaultHost.RootFile(folder)), settings with { Token = other.Label, PinFile = other.WritePin(folder["other-pin"]) });
        Assert.Contains("holds no key rivet-root-", (await LookAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_FilePlainSealedOrMissing_SaysWhat()
    {
        using var tpm = new SoftTpm();
        await (await VaultHost.StartAsync(folder)).DisposeAsync();
        Assert.Equal(RootKeeping.Plain, (await LookAsync()).Keeping);
        await SealAsync(new(), SealTests.By(folder));
        Assert.Equal(RootKeeping.PassphraseUntried, (await LookAsync()).Keeping);
        Assert.Equal(RootKeeping.Passphrase, (await LookAsync(SealTests.By(folder))).Keeping);
        Assert.Contains("passphrase is wrong", (await LookAsync(SealTests.By(folder, "another passphrase", "other"))).Reason, StringComparison.Ordinal);
        await SealAsync(SealTests.By(folder), SealTests.By(tpm));
        Assert.Equal(RootKeeping.Tpm, (await LookAsync()).Keeping);
        tpm.Stop();
        Assert.Contains("does not answer", (await LookAsync()).Reason, StringComparison.Ordinal);
        File.Delete(VaultHost.RootFile(folder));
        Assert.Contains("is missing", (await LookAsync()).Reason, StringComparison.Ordinal);
    }

    private static async Task CountsAsync(VaultHost host, int lost, int back)
    {
        while (await CountAsync(host, "vault.root.unreachable") < lost || await CountAsync(host, "vault.root.reachable") < back)
        {
            await Task.Yield();
        }

        Assert.Equal((lost, back), (await CountAsync(host, "vault.root.unreachable"), await CountAsync(host, "vault.root.reachable")));
    }

    private static async Task<int> CountAsync(VaultHost host, string kind)
    {
        var payloads = await host.Store.ReadAsync(session => session.Query("SELECT payload FROM outbox", row => (byte[])row.GetValue(0)), Ct);
        return payloads.Count(payload => payload.AsSpan().IndexOf(Encoding.UTF8.GetBytes(kind)) >= 0);
    }

    private async Task<RootFinding> LookAsync(RootSealOptions? seal = null)
    {
        using var store = StoreLook.Open(folder["data"], isInUse: true);
        return await RootInspection.LookAsync(store, VaultHost.RootFile(folder), seal ?? new(), TimeProvider.System, Ct);
    }

    private async Task SealAsync(RootSealOptions now, RootSealOptions wanted)
    {
        using var store = StoreBeside.Open(folder["data"], []);
        await new RootSealing(store, TimeProvider.System).SealAsync(VaultHost.RootFile(folder), now, wanted, Ct);
    }

    private Task<VaultHost> StartAsync() => VaultHost.StartAsync(folder, options => options.RootModule = ModuleRootTests.Settings(token, folder));
}
