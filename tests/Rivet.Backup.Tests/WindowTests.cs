using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;

namespace Rivet.Backup.Tests;

/// <summary>A destroyed key stays destroyed outside the window: what decision 0012 promises, sentence by sentence.</summary>
public sealed class WindowTests
{
    private static readonly byte[] Wrapped = [.. Enumerable.Range(0, 60).Select(number => (byte)(number * 7))];
    private static readonly string WrappedHex = Convert.ToHexString(Wrapped);

    [Fact]
    public async Task KeyDestroyed_AfterTheLastRun_ComesBackInsideTheWindowAndNotOutside()
    {
        await using var store = await BackedUpStore.StartAsync(windowDays: 30);
        await KeepKeyAsync(store);
        store.Run();
        var backup = Copy(store.Backup, store["copy"]);
        await DestroyKeyAsync(store);

        store.Time.Advance(TimeSpan.FromDays(29));
        store.Restore();
        Assert.Contains(BackedUpStore.Rows(store.Restored, "wrapped_key"), row => row.Contains(WrappedHex, StringComparison.Ordinal));
        Directory.Delete(store.Restored, recursive: true);
        Directory.Delete(store.RestoredKeys, recursive: true);

        store.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(BackupFault.WindowEnded, store.Refused().Fault);
        Assert.Equal(1, BackupCheck.Expire(store.Epochs, store.Time));

        // Not even with a copy of the backup made in time, the recovery key and a clock that was set back.
        store.Time.AdjustTime(store.Time.GetUtcNow() - TimeSpan.FromDays(20));
        Assert.Equal(BackupFault.WindowEnded, store.Refused(place: store.Place() with { Folder = backup }).Fault);
        Assert.Empty(Directory.EnumerateFiles(store.Epochs, "*.epoch"));
    }

    [Fact]
    public async Task OlderRun_WithNewerKeys_BringsNothingDestroyedBack()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 10, 100);
        await KeepKeyAsync(store);
        store.Run();
        await DestroyKeyAsync(store);
        store.Run();

        var restored = store.Restore(run: 1);

        Assert.Equal((1, 2), (restored.Number, restored.KeysOf));
        Assert.DoesNotContain(BackedUpStore.Rows(store.Restored, "wrapped_key"), row => row.Contains(WrappedHex, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OldRun_OfAnEndedEpoch_IsReadWithTheKeysOfNow()
    {
        await using var store = await BackedUpStore.StartAsync(windowDays: 10);
        await store.AddNotesAsync(1, 10, 100);
        store.Run();
        var then = store.Rows("note");
        await store.ExecuteAsync("DELETE FROM note");
        store.Time.Advance(TimeSpan.FromDays(40));
        store.Run();

        var restored = store.Restore(run: 1);

        Assert.Equal(2, restored.KeysOf);
        Assert.Equal(then, BackedUpStore.Rows(store.Restored, "note"));
        Assert.Single(Directory.EnumerateFiles(store.Epochs, "*.epoch"));
    }

    [Fact]
    public async Task NewerRun_Damaged_IsPassedOverWithAWord()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        store.Run();
        await File.WriteAllTextAsync(Path.Combine(store.Backup, "keys/00000002.keys"), "rubbish", TestContext.Current.CancellationToken);

        var restored = store.Restore(run: 1);

        Assert.Equal(1, restored.KeysOf);
        Assert.Contains("00000002.keys", Assert.Single(restored.PassedOver), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Epochs_InOneWindow_ChangeEveryTenthOfIt()
    {
        await using var store = await BackedUpStore.StartAsync(windowDays: 30);
        var ends = new HashSet<DateTimeOffset>();
        for (var day = 0; day < 31; day++)
        {
            var run = store.Run();
            Assert.InRange(run.OpensUntil - store.Time.GetUtcNow(), TimeSpan.FromDays(27), TimeSpan.FromDays(30));
            ends.Add(run.OpensUntil);
            store.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(11, ends.Count);
        Assert.Equal(10, Directory.EnumerateFiles(store.Epochs, "*.epoch").Count());
    }

    [Fact]
    public async Task Run_WhenItsEpochIsGone_BeginsAnother()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        File.Delete(Directory.EnumerateFiles(store.Epochs, "*.epoch").Single());

        Assert.Equal(2, store.Run().Number);
        Assert.Equal(2, store.Restore().KeysOf);
    }

    [Fact]
    public async Task Keeper_OfARunningServer_DestroysEndedEpochs()
    {
        await using var store = await BackedUpStore.StartAsync(windowDays: 1);
        store.Run();
        var keeper = new EpochKeeper(store.Plan, store.Time, NullLogger<EpochKeeper>.Instance);
        keeper.RunOnce();
        Assert.Single(Directory.EnumerateFiles(store.Epochs, "*.epoch"));

        store.Time.Advance(TimeSpan.FromDays(1));
        keeper.RunOnce();

        Assert.Empty(Directory.EnumerateFiles(store.Epochs, "*.epoch"));
    }

    [Fact]
    public async Task Keeper_WithTheFolderOutOfReach_GoesOn()
    {
        await using var store = await BackedUpStore.StartAsync(windowDays: 1);
        store.Run();
        Directory.Move(store.Epochs, store["unmounted"]);

        new EpochKeeper(store.Plan, store.Time, NullLogger<EpochKeeper>.Instance).RunOnce();

        Assert.Equal(BackupFault.NoEpochFolder, Assert.Throws<BackupException>(() => store.Run()).Fault);
        Directory.Move(store["unmounted"], store.Epochs);
        Assert.Equal(2, store.Run().Number);
    }

    [Fact]
    public async Task EpochsFolder_AloneOrWithTheBackup_OpensNothing()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        var files = Directory.EnumerateFiles(store.Epochs).Concat(Directory.EnumerateFiles(store.Backup, "*", SearchOption.AllDirectories)).ToList();

        Assert.All(files, file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(BackedUpStore.Root)));
        using var recovery = RecoveryKey.Read(store.RecoveryKey);
        var seed = recovery.Key.ExportSeed();
        Assert.All(
            files.Concat(Directory.EnumerateFiles(store.Plan.KeysFolder, "*", SearchOption.AllDirectories)),
            file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(seed)));
        CryptographicOperations.ZeroMemory(seed);
    }

    private static Task KeepKeyAsync(BackedUpStore store)
        => store.ExecuteAsync("INSERT INTO wrapped_key (key_id, wrapped) VALUES (x'01', $1)", Wrapped);

    private static Task DestroyKeyAsync(BackedUpStore store)
        => store.ExecuteAsync("UPDATE wrapped_key SET wrapped = zeroblob(60)");

    private static string Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return to;
    }
}
