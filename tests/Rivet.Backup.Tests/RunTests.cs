using System.Security.Cryptography;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Backup.Tests;

public sealed class RunTests
{
    [Fact]
    public async Task Restore_OfARun_GivesEveryRowAndFile()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 2_000, 900);
        await store.ExecuteAsync("INSERT INTO note (arrival, name) VALUES (-5, '')");
        await store.ExecuteAsync("INSERT INTO note (arrival, name, weight, body) VALUES (9000, 'edge', -0.0, zeroblob(0))");
        await store.ExecuteAsync("INSERT INTO note (arrival, name, body) VALUES (9001, 'large', randomblob(6000000))");
        await store.ExecuteAsync("INSERT INTO tag (tag_id, note) SELECT randomblob(16), arrival FROM note");
        await store.ExecuteAsync("INSERT INTO wrapped_key (key_id, wrapped) VALUES (randomblob(16), randomblob(60))");
        await store.ExecuteAsync("DELETE FROM note WHERE arrival % 7 = 3 AND arrival NOT IN (SELECT note FROM tag)");

        // Copies of the store hold its keys, and are not the store.
        Directory.CreateDirectory(Path.Combine(store.Plan.DataFolder, "upgrade-check-x"));
        foreach (var name in (string[])["rivet.before-9.0.0.db", "rivet.before-9.1.0.db.partial", "upgrade-check-x/rivet.db"])
        {
            File.Copy(Path.Combine(store.Plan.DataFolder, "rivet.db"), Path.Combine(store.Plan.DataFolder, name));
        }

        var run = store.Run();
        var restored = store.Restore();

        Assert.Equal((run.Number, run.At, run.Number), (restored.Number, restored.At, restored.KeysOf));
        foreach (var table in (string[])["note", "tag", "wrapped_key", "SchemaVersions"])
        {
            Assert.Equal(store.Rows(table), BackedUpStore.Rows(store.Restored, table));
        }

        Assert.NotEmpty(store.Rows("tag"));
        Assert.Equal(BackedUpStore.Root, await File.ReadAllBytesAsync(Path.Combine(store.RestoredKeys, "root.key"), TestContext.Current.CancellationToken));
        Assert.True(File.Exists(Path.Combine(store.Restored, "store.name")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(store.RestoredKeys, "root.key")));
        Assert.Equal(["rivet.db", "store.name"], Directory.EnumerateFileSystemEntries(store.Restored).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_AgainWithFewChanges_StoresThese()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 12_000, 1_000);
        var first = store.Run();
        await store.AddNotesAsync(12_001, 100, 1_000);
        await store.ExecuteAsync("UPDATE note SET weight = 1 WHERE arrival = 500");

        var second = store.Run();
        var third = store.Run();

        Assert.True(first.Stored > 12_000_000, $"{first}");
        Assert.InRange(second.Stored, 100_000, 9_500_000);
        Assert.InRange(third.Stored, 0, 200_000);
        Assert.InRange(third.Read - second.Read, 0, 100_000);
        store.Restore();
        Assert.Equal(store.Rows("note"), BackedUpStore.Rows(store.Restored, "note"));
    }

    [Fact]
    public async Task Run_OfAll_NeedsNoEarlierPack()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 500, 1_000);
        store.Run();
        store.Run(storeAll: true);
        File.Delete(Path.Combine(store.Backup, "data", "00000001.pack"));

        store.Restore();

        Assert.Equal(store.Rows("note"), BackedUpStore.Rows(store.Restored, "note"));
    }

    [Fact]
    public async Task Run_WhenAnEarlierPackIsGone_SaysSoAndStoresItAnew()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 500, 1_000);
        store.Run();
        File.Delete(Path.Combine(store.Backup, "data", "00000001.pack"));

        var second = store.Run();
        store.Restore();

        Assert.Equal(["00000001.pack"], second.LostPacks);
        Assert.Equal(store.Rows("note"), BackedUpStore.Rows(store.Restored, "note"));
    }

    [Fact]
    public async Task OlderRun_Asked_IsTheStateOfThen()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 10, 100);
        store.Run();
        var then = store.Rows("note");
        await store.ExecuteAsync("DELETE FROM note");
        store.Run();

        store.Restore(run: 1);

        Assert.Equal(then, BackedUpStore.Rows(store.Restored, "note"));
    }

    [Fact]
    public async Task Restored_Store_IsANewIncarnationAndRecordsIt()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        var before = store.Rows("storage_incarnation");

        store.Restore();

        var after = BackedUpStore.Rows(store.Restored, "storage_incarnation");
        Assert.Single(before);
        Assert.Equal([before[0], after[1]], after);
        Assert.Contains(BackedUpStore.Rows(store.Restored, "outbox"), row => row.Contains(Convert.ToHexString("store.restored"u8), StringComparison.Ordinal));
        Assert.Contains(store.Rows("outbox"), row => row.Contains(Convert.ToHexString("store.backed-up"u8), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Snapshot_WhileTheStoreGoesOn_IsOneState()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 3_000, 500);
        var stop = false;
        var writing = Task.Run(async () =>
        {
            // A note and its tag are one transaction each: a state with one and not the other is none.
            for (var number = 100_000; !Volatile.Read(ref stop); number += 1)
            {
                await store.AddNotesAsync(number, 1, 500);
                await store.ExecuteAsync("INSERT INTO tag (tag_id, note) VALUES (randomblob(16), $1)", (long)number);
            }
        });

        for (var run = 0; run < 5; run++)
        {
            store.Run();
        }

        Volatile.Write(ref stop, true);
        await writing;
        store.Restore();
        var (notes, tags) = (BackedUpStore.Rows(store.Restored, "note").Count - 3_000, BackedUpStore.Rows(store.Restored, "tag").Count);
        Assert.InRange(notes - tags, 0, 1);
        Assert.NotEqual(0, notes);
    }

    [Fact]
    public async Task Log_GrownPastItsBound_GivesUpAndKeepsEarlierRuns()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 2_000, 1_000);
        store.Run();

        var refused = Assert.Throws<BackupException>(() => store.Run(storeAll: true, store.Plan with { MostLogBytes = 1 }));

        Assert.Equal(BackupFault.TooBusy, refused.Fault);
        Assert.Empty(Directory.EnumerateFiles(store.Backup, "*.partial", SearchOption.AllDirectories));
        store.Restore();
    }

    [Fact]
    public async Task Run_Cancelled_LeavesNothingOfIt()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 2_000, 1_000);
        using var stop = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => new BackupRun(store.Plan, store.Time).Execute(false, _ => stop.Cancel(), stop.Token));

        Assert.Empty(Directory.EnumerateFiles(store.Backup, "0*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Runs_TwoAtOnce_OneIsRefused()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 2_000, 1_000);
        BackupException? refused = null;

        new BackupRun(store.Plan, store.Time).Execute(false, _ => refused ??= Assert.Throws<BackupException>(() => store.Run()), CancellationToken.None);

        Assert.Equal(BackupFault.Busy, refused?.Fault);
    }

    [Fact]
    public async Task DataPacks_Opened_HoldNoWrappedKeyAndNoRoot()
    {
        await using var store = await BackedUpStore.StartAsync();
        var wrapped = RandomNumberGenerator.GetBytes(60);
        await store.ExecuteAsync("INSERT INTO wrapped_key (key_id, wrapped) VALUES (randomblob(16), $1)", wrapped);
        await store.AddNotesAsync(1, 10, 100);
        store.Run();
        using var recovery = RecoveryKey.Read(store.RecoveryKey);
        using var reader = SealedReader.Open(Path.Combine(store.Backup, "data", "00000001.pack"), SealedKind.Data, recovery.Key);

        var data = reader.ReadAll();

        Assert.True(data.AsSpan().IndexOf("note 7"u8) > 0);
        Assert.Equal(-1, data.AsSpan().IndexOf(wrapped));
        Assert.Equal(-1, data.AsSpan().IndexOf(BackedUpStore.Root));
        Assert.Equal(BackupFault.WrongKey, Assert.Throws<BackupException>(() => SealedReader.Open(Path.Combine(store.Backup, "keys", "00000001.keys"), SealedKind.Keys, recovery.Key)).Fault);
    }
}
