using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rivet.Audit.Serving;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Tests;

/// <summary>The platform's log in the hands of the folders' owner, beside a server that goes on.</summary>
public sealed class PlatformLogTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private AuditHost host = null!;
    private ServiceProvider beside = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IPlatformLog Log => beside.GetRequiredService<IPlatformLog>();

    public async ValueTask InitializeAsync()
    {
        host = await AuditHost.StartAsync(folder);
        await host.RecordAsync(host.Event(default), host.Event(company));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(host.Time);
        services.AddOptions<StorageOptions>().Configure(options => options.Folder = folder["data"]);
        services.AddMigrations("storage", typeof(StorageModule).Assembly);
        services.AddMigrations("audit", typeof(AuditModule).Assembly);
        services.AddSingleton<IStore>(provider => StoreBeside.Open(folder["data"], provider.GetServices<MigrationSource>()));
        services.AddVault(options => (options.RootKeyFile, options.AllowCoreDumps) = (folder["root.key"], true));
        services.AddPlatformLog();
        beside = services.BuildServiceProvider();
        foreach (var hosted in beside.GetServices<IHostedService>())
        {
            await hosted.StartAsync(Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await beside.DisposeAsync();
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Reader_OfThePlatform_OpensItsLogAlone()
    {
        var token = (await Log.AddReaderAsync("auditor", Ct)).Value;
        Assert.True(await host.Get<AuditReaders>().MayReadAsync(token, default, Ct));
        Assert.False(await host.Get<AuditReaders>().MayReadAsync(token, company, Ct));
        Assert.Equal("auditor", Assert.Single((await Log.ListReadersAsync(Ct)).Value).Name);
        Assert.Empty((await host.Get<AuditReaders>().ListAsync(await host.PermitAsync(company, "audit.share"), Ct)).Value);
        Assert.Equal(AuditRefusal.NameTaken, (await Log.AddReaderAsync("auditor", Ct)).Refusal);

        Assert.True((await Log.RemoveReaderAsync("auditor", Ct)).IsOk);
        Assert.False(await host.Get<AuditReaders>().MayReadAsync(token, default, Ct));
        await host.PumpAsync();
        Assert.Equal(["audit.reader.added", "audit.reader.removed"], await KindsAsync("audit.reader"));
    }

    [Fact]
    public async Task Witness_OfThePlatform_CosignsItsLog()
    {
        await using var witness = await new TestWitness(folder, "one.example", host.Time).StartAsync();
        Assert.True(NoteKey.TryParse((await Log.ReadHeadAsync(Ct)).Value!.Key, out var key));
        witness.Watch(key);
        Assert.True((await Log.AddWitnessAsync(witness.Key.ToString(), witness.Url, null, Ct)).IsOk);
        await host.PumpAsync();
        host.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await host.WitnessCourier.RunOnceAsync(Ct));
        Assert.NotNull(Assert.Single((await Log.ListWitnessesAsync(Ct)).Value).CosignedAt);
        Assert.Equal((await host.StoredAsync(default)).Row.Size, witness.SizeOf(key));
        Assert.True((await Log.RemoveWitnessAsync("one.example", Ct)).IsOk);
        await host.PumpAsync();
        Assert.Equal(["audit.witness.added", "audit.witness.removed"], await KindsAsync("audit.witness"));
    }

    [Fact]
    public async Task Key_ReplacedBesideTheServer_SignsItsNextCheckpoint()
    {
        var before = (await host.Identity.OfAsync(default, Ct)).Note;
        var now = (await Log.RotateKeyAsync(Ct)).Value.Keys[^1];
        await host.PumpAsync();
        Assert.Equal(now.Line, (await host.Identity.OfAsync(default, Ct)).Note.ToString());
        Assert.True((await Log.RevokeKeyAsync(before.Id.ToString("x8", System.Globalization.CultureInfo.InvariantCulture), Ct)).IsOk);
        await host.PumpAsync();
        Assert.Equal(["audit.key.rotated", "audit.key.revoked"], await KindsAsync("audit.key"));
        while (await host.Watch.RunOnceAsync(Ct))
        {
        }

        Assert.Empty(host.Watch.State.Faults);
    }

    private async Task<string[]> KindsAsync(string prefix)
        => [.. (await host.Get<IOwnersLog>().ReadAsync(default, 0, Ct)).Select(entry => entry.Event.Kind.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
}
