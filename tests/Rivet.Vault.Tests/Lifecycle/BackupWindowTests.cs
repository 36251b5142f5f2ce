using Rivet.Backup;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Vault.Tests.Lifecycle;

/// <summary>What a backup brings back of a company whose key was destroyed: decision 0012 for companies' keys.</summary>
public sealed class BackupWindowTests : IDisposable
{
    private const int WindowDays = 30;
    private static readonly CompanyId Company = EntityId.New<CompanyId>(TimeProvider.System);
    private static readonly KeyScope Scope = KeyScope.Of(Company, "messaging", KeyPeriod.Unbounded);
    private readonly TempFolder folder = new();
    private DateTimeOffset now;
    private byte[] ciphertext = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private BackupPlan Plan => new() { DataFolder = folder["data"], KeysFolder = folder["keys"], KeyTables = VaultModule.KeyTables };

    [Fact]
    public async Task Restore_OfARunBeforeTheDestruction_ReadsInsideTheWindowAndNotOutside()
    {
        await BackUpAndDestroyAsync(runAfterwards: false);
        Assert.Equal("text", (await RestoredAsync(now + TimeSpan.FromDays(WindowDays - 8), run: null)).Value);
        Assert.Equal(BackupFault.WindowEnded, Assert.Throws<BackupException>(() => Restore(now + TimeSpan.FromDays(WindowDays), run: null)).Fault);
    }

    [Fact]
    public async Task Restore_OfARunBeforeTheDestruction_WithALaterRunAtHand_ReadsNothing()
    {
        await BackUpAndDestroyAsync(runAfterwards: true);
        Assert.Equal(VaultRefusal.Destroyed, (await RestoredAsync(now, run: 1)).Refusal);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A company's content, a run, the destruction of its key after its seven days; perhaps another run.</summary>
    private async Task BackUpAndDestroyAsync(bool runAfterwards)
    {
        await using var host = await VaultHost.StartAsync(folder);
        await File.WriteAllTextAsync(Path.Combine(folder["data"], "store.name"), new string('a', 32), Ct);
        BackupSetup.Create(Plan, folder["backup"], folder["epochs"], folder["recovery.key"], WindowDays);
        ciphertext = await host.SealAsync(Scope, "text");
        Run();
        Assert.True((await host.ChangeAsync(Company, new(KeyAction.Destroy))).IsOk);
        host.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(1, await host.Get<DestructionKeeper>().RunOnceAsync(Ct));
        now = host.Time.GetUtcNow();
        if (runAfterwards)
        {
            Run();
        }

        void Run() => new BackupRun(Plan, host.Time).Execute(storeAll: false, _ => { }, Ct);
    }

    private void Restore(DateTimeOffset at, int? run)
    {
        var place = new BackupPlace { Folder = folder["backup"], Epochs = folder["epochs"], RecoveryKeyFile = folder["recovery.key"], Run = run };
        BackupRestore.Execute(place, folder["restored/data"], _ => folder["restored/keys"], new FixedTime(at), _ => { }, Ct);
    }

    private async Task<Result<string, VaultRefusal>> RestoredAsync(DateTimeOffset at, int? run)
    {
        Restore(at, run);
        using var restored = new TempFolder();
        foreach (var part in new[] { "data", "keys" })
        {
            Directory.Move(folder[$"restored/{part}"], restored[part]);
        }

        await using var host = await VaultHost.StartAsync(restored, at: at);
        return (await host.OpenAsync(Company, Scope.Application, ciphertext)).TryGet(out var bytes, out var why) ? System.Text.Encoding.UTF8.GetString(bytes) : why;
    }

    private sealed class FixedTime(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}
