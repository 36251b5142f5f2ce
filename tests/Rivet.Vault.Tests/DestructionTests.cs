using System.Collections.Concurrent;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

public sealed class DestructionTests : IAsyncLifetime
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", new KeyPeriod(24_315));
    private readonly TempFolder folder = new();
    private VaultHost host = null!;

    public async ValueTask InitializeAsync() => host = await VaultHost.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Destroy_Scope_ItsCiphertextsAreDestroyedAlsoAfterRestart()
    {
        var gone = await host.SealAsync(Scope, "gone");
        var neighbour = Scope with { Holder = KeyHolder.Of(new PersonId(Guid.CreateVersion7())) };
        var kept = await host.SealAsync(neighbour, "kept");

        Assert.Equal(1, (await host.Vault.DestroyAsync(Scope, Ct)).Value);
        Assert.Equal(VaultRefusal.Destroyed, (await host.OpenAsync(Company, "messaging", gone)).Refusal);
        Assert.Equal(0, (await host.Vault.DestroyAsync(Scope, Ct)).Value);

        await host.DisposeAsync();
        host = await VaultHost.StartAsync(folder);
        Assert.Equal(VaultRefusal.Destroyed, (await host.OpenAsync(Company, "messaging", gone)).Refusal);
        Assert.Equal(VaultRefusal.WrongScope, (await host.OpenAsync(Company, "files", gone)).Refusal);
        Assert.Equal("kept", await host.OpenTextAsync(neighbour, kept));
    }

    [Fact]
    public async Task Destroy_Scope_ItsWrappedKeyLeavesTheLogOfTheRunningStore()
    {
        await host.SealAsync(Scope, "gone");
        var wrapped = await host.Store.ReadAsync(session => session.QueryFirst("SELECT wrapped FROM vault_key", row => (byte[])row.GetValue(0)), Ct);
        Assert.True(VaultHost.Holds(folder, wrapped!));

        await host.Vault.DestroyAsync(Scope, Ct);

        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        while (VaultHost.Holds(folder, wrapped!))
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(20), "The wrapped key is still in a file.");
            await Task.Delay(50, Ct);
        }
    }

    [Fact]
    public async Task Start_OfARestoredStore_LetsEveryKeyBeginANewEpoch()
    {
        var before = await host.SealAsync(Scope, "before");
        await host.DisposeAsync();
        VaultHost.EditFile(folder, "INSERT INTO storage_incarnation (number, id, begun_ms) VALUES (2, randomblob(16), 0)");
        host = await VaultHost.StartAsync(folder);

        var after = await host.SealAsync(Scope, "after");
        await host.DisposeAsync();
        host = await VaultHost.StartAsync(folder);
        var later = await host.SealAsync(Scope, "later");

        Assert.True(SealedHeader.TryRead(before, out var first) & SealedHeader.TryRead(after, out var second) & SealedHeader.TryRead(later, out var third));
        Assert.Equal((first.KeyId, first.Epoch + 1), (second.KeyId, second.Epoch));
        Assert.Equal(second, third);
        Assert.Equal("before", await host.OpenTextAsync(Scope, before));
    }

    [Fact]
    public async Task Destroy_UnboundedPeriod_TakesAllPeriodsAndEpochs()
    {
        await host.DisposeAsync();
        host = await VaultHost.StartAsync(folder, options => { options.SealsPerBlock = 1; options.SealsPerEpoch = 1; });
        var gone = new List<byte[]>();
        foreach (var month in new[] { 0, 1, 1, 2 })
        {
            gone.Add(await host.SealAsync(Scope with { Period = new(month) }, "x"));
        }

        Assert.Equal(4, (await host.Vault.DestroyAsync(Scope with { Period = KeyPeriod.Unbounded }, Ct)).Value);
        foreach (var bytes in gone)
        {
            Assert.Equal(VaultRefusal.Destroyed, (await host.OpenAsync(Company, "messaging", bytes)).Refusal);
        }
    }

    [Fact]
    public async Task Destroy_OnePeriod_LeavesTheOthers()
    {
        var kept = await host.SealAsync(Scope with { Period = new(7) }, "kept");
        await host.SealAsync(Scope, "gone");
        await host.Vault.DestroyAsync(Scope, Ct);
        Assert.Equal("kept", await host.OpenTextAsync(Scope with { Period = new(7) }, kept));
    }

    [Fact]
    public async Task Seal_AfterDestruction_MakesAFreshKey()
    {
        SealedHeader.TryRead(await host.SealAsync(Scope, "old"), out var old);
        await host.Vault.DestroyAsync(Scope, Ct);
        var ciphertext = await host.SealAsync(Scope, "new");
        SealedHeader.TryRead(ciphertext, out var fresh);
        Assert.NotEqual(old.KeyId, fresh.KeyId);
        Assert.Equal("new", await host.OpenTextAsync(Scope, ciphertext));
    }

    [Fact]
    public async Task Destroy_WrappedKey_LeavesTheFiles()
    {
        await host.SealAsync(Scope, "x");
        var wrapped = await host.Store.ReadAsync(
            session => session.QueryFirst("SELECT wrapped FROM vault_key", row => (byte[])row.GetValue(0))!, Ct);
        Assert.True(VaultHost.Holds(folder, wrapped));
        await host.Vault.DestroyAsync(Scope, Ct);
        await host.DisposeAsync();
        Assert.False(VaultHost.Holds(folder, wrapped));
        host = await VaultHost.StartAsync(folder);
    }

    [Fact]
    public async Task Destroy_Done_RecordsASecurityEvent()
    {
        await host.SealAsync(Scope, "x");
        await host.Vault.DestroyAsync(Scope, Ct);
        var events = await host.Store.ReadAsync(
            session => session.Query(
                "SELECT position, topic, company, payload FROM outbox ORDER BY position",
                row => SecurityEvents.Read(new(row.GetInt64(0), row.GetString(1), (byte[])row.GetValue(2), (byte[])row.GetValue(3)))),
            Ct);
        var destroyed = Assert.Single(events, found => found.Kind == VaultEvents.KeyDestroyed);
        Assert.Equal(Company, destroyed.Actor.Company);
        Assert.Equal("1", destroyed.Details["keys"]);
        Assert.Single(events, found => found.Kind == VaultEvents.RootAdopted);
    }

    [Fact]
    public async Task Destroy_WhileManySealAndOpen_NeverResurrects()
    {
        for (var round = 0; round < 25; round++)
        {
            var all = new ConcurrentBag<byte[]>();
            using var stop = new CancellationTokenSource();
            var crowd = Enumerable.Range(0, 4).Select(_ => Task.Run(
                async () =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        var bytes = await host.SealAsync(Scope, "x");
                        all.Add(bytes);
                        var opened = await host.OpenAsync(Company, "messaging", bytes);
                        Assert.True(opened.IsOk || opened.Refusal == VaultRefusal.Destroyed);
                    }
                },
                Ct)).ToArray();
            while (all.Count < 20)
            {
                await Task.Yield();
            }

            await host.Vault.DestroyAsync(Scope, Ct);
            await stop.CancelAsync();
            await Task.WhenAll(crowd);
            await host.Vault.DestroyAsync(Scope, Ct);
            foreach (var bytes in all)
            {
                Assert.Equal(VaultRefusal.Destroyed, (await host.OpenAsync(Company, "messaging", bytes)).Refusal);
            }
        }
    }

    [Fact]
    public async Task Crowd_AtANewScope_AllSealUnderOneKey()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => host.SealAsync(Scope, "x"), Ct)));
        Assert.Single(all.Select(bytes => { SealedHeader.TryRead(bytes, out var header); return header; }).Distinct());
        var reserved = await host.Store.ReadAsync(
            session => session.QueryFirst("SELECT sum(reserved) FROM vault_key", row => row.GetInt64(0)), Ct);
        Assert.Equal(1 << 20, reserved);
    }
}
