using Rivet.Cryptography.Sodium;
using Rivet.Storage;

namespace Rivet.Backup.Tests;

public sealed class DamageTests
{
    [Fact]
    public async Task EveryFile_ChangedAnywhere_IsRefusedByName()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 400, 1_000);
        store.Run();
        foreach (var path in Files(store))
        {
            var whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            foreach (var at in Enumerable.Range(0, 12).Select(part => part * (whole.Length - 1) / 11).Distinct())
            {
                byte[] changed = [.. whole];
                changed[at] ^= 0x40;
                await File.WriteAllBytesAsync(path, changed, TestContext.Current.CancellationToken);
                Assert.Contains(path.StartsWith(store.Backup, StringComparison.Ordinal) && Path.GetFileName(path) == "rivet-backup" ? store.Backup : path, store.Refused().Message, StringComparison.Ordinal);
            }

            await File.WriteAllBytesAsync(path, whole, TestContext.Current.CancellationToken);
        }

        store.Restore();
    }

    [Fact]
    public async Task EveryFile_CutOrMissing_IsRefusedByName()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 400, 1_000);
        store.Run();
        foreach (var path in Files(store).Where(path => Path.GetFileName(path) != "rivet-backup"))
        {
            var whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            foreach (var length in (int[])[0, 20, SealedFormat.HeadSize, whole.Length / 2, whole.Length - 1])
            {
                await File.WriteAllBytesAsync(path, whole[..length], TestContext.Current.CancellationToken);
                Assert.Contains(path, store.Refused().Message, StringComparison.Ordinal);
            }

            File.Delete(path);
            Assert.Contains(store.Refused().Fault, (BackupFault[])[BackupFault.Missing, BackupFault.NoRun, BackupFault.WindowEnded]);
            await File.WriteAllBytesAsync(path, whole, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Packs_Exchanged_AreRefused()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 400, 1_000);
        store.Run();
        await store.ExecuteAsync("UPDATE note SET weight = 7");
        store.Run();
        Exchange(store, "data/00000001.pack", "data/00000002.pack");
        Assert.Contains(store.Refused().Fault, (BackupFault[])[BackupFault.Misplaced, BackupFault.Truncated]);
        Exchange(store, "data/00000001.pack", "data/00000002.pack");
        Exchange(store, "keys/00000001.keys", "keys/00000002.keys");
        await store.ExecuteAsync("INSERT INTO wrapped_key (key_id, wrapped) VALUES (randomblob(16), randomblob(60))");
        store.Run();
        File.Copy(Path.Combine(store.Backup, "keys/00000001.keys"), Path.Combine(store.Backup, "keys/00000003.keys"), overwrite: true);

        Assert.Contains(store.Refused().Fault, (BackupFault[])[BackupFault.Misplaced, BackupFault.Truncated]);
    }

    [Fact]
    public async Task OlderRun_UnderANewerName_IsRefused()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        store.Run();
        File.Copy(Path.Combine(store.Backup, "runs/00000001.run"), Path.Combine(store.Backup, "runs/00000002.run"), overwrite: true);

        var refused = store.Refused();

        Assert.Equal(BackupFault.Misplaced, refused.Fault);
        Assert.Contains("00000002.run", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewestRuns_TakenAway_IsToldUnlessAskedFor()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 10, 100);
        store.Run();
        store.Run();
        File.Delete(Path.Combine(store.Backup, "runs/00000002.run"));

        Assert.Equal(BackupFault.Outdated, store.Refused().Fault);
        Assert.Equal(1, store.Restore(run: 1).Number);
    }

    [Fact]
    public async Task Run_SignedBySomebodyElse_IsRefused()
    {
        // Whoever can write to the backup and knows the public key can seal; only the server can sign.
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        var settings = BackupSettings.Read(store.Plan.KeysFolder);
        var real = PrivateFiles.FromJson<RunManifest>(await File.ReadAllBytesAsync(Path.Combine(store.Plan.KeysFolder, "backup/last-run.json"), TestContext.Current.CancellationToken))!;
        using var thief = Ed25519Key.Create();
        using (var writer = new SealedWriter(Path.Combine(store.Backup, "runs/00000002.run"), SealedKind.Run, settings.RecoveryKey))
        {
            writer.Write(RunManifest.Sign(real with { Number = 2 }, thief));
            writer.Finish();
        }

        Assert.Equal(BackupFault.NotSigned, store.Refused().Fault);
    }

    [Fact]
    public async Task RecoveryKey_OfAnotherBackup_IsRefusedAsSuch()
    {
        await using var store = await BackedUpStore.StartAsync();
        await using var other = await BackedUpStore.StartAsync();
        store.Run();

        Assert.Equal(BackupFault.WrongKey, store.Refused(place: store.Place() with { RecoveryKeyFile = other.RecoveryKey }).Fault);
        store.Restore();
    }

    [Fact]
    public async Task RecoveryKey_Mistyped_IsRefusedAsSuch()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        var text = await File.ReadAllTextAsync(store.RecoveryKey, TestContext.Current.CancellationToken);
        var at = text.IndexOf("rivet-recovery-1-", StringComparison.Ordinal) + 40;
        await File.WriteAllTextAsync(store.RecoveryKey, text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..], TestContext.Current.CancellationToken);

        Assert.Equal(BackupFault.NoRecoveryKey, store.Refused().Fault);
    }

    [Fact]
    public async Task Folder_InUse_IsRefused()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        Directory.CreateDirectory(store.Restored);
        await File.WriteAllTextAsync(Path.Combine(store.Restored, "letter"), "mine", TestContext.Current.CancellationToken);

        Assert.Equal(BackupFault.NotEmpty, store.Refused().Fault);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(store.Restored, "letter"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task KeysFolder_WithOtherKeys_IsRefusedAndUntouched()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        Directory.CreateDirectory(store.RestoredKeys);
        await File.WriteAllTextAsync(Path.Combine(store.RestoredKeys, "root.key"), "another's", TestContext.Current.CancellationToken);

        var refused = Assert.Throws<BackupException>(() => store.Restore());

        Assert.Equal(BackupFault.OtherKeys, refused.Fault);
        Assert.Equal("another's", await File.ReadAllTextAsync(Path.Combine(store.RestoredKeys, "root.key"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(store.Restored));
    }

    [Fact]
    public async Task Verify_WholeAndDamaged_TellsThemApart()
    {
        await using var store = await BackedUpStore.StartAsync();
        await store.AddNotesAsync(1, 400, 1_000);
        store.Run();
        Assert.True(BackupCheck.Verify(store.Place(), store.Time, _ => { }, CancellationToken.None).Bytes > 400_000);
        var pack = Path.Combine(store.Backup, "data/00000001.pack");
        var bytes = await File.ReadAllBytesAsync(pack, TestContext.Current.CancellationToken);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes, TestContext.Current.CancellationToken);

        Assert.Contains(pack, Assert.Throws<BackupException>(() => BackupCheck.Verify(store.Place(), store.Time, _ => { }, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_TwiceOrWithinTheData_IsRefused()
    {
        await using var store = await BackedUpStore.StartAsync();
        Assert.Equal(BackupFault.AlreadySetUp, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, store["b2"], store["e2"], store["r2"], 30)).Fault);
        Directory.Delete(Path.Combine(store.Plan.KeysFolder, "backup"), recursive: true);

        Assert.Equal(BackupFault.NotApart, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, Path.Combine(store.Plan.DataFolder, "b"), store["e2"], store["r2"], 30)).Fault);
        Assert.Equal(BackupFault.NotApart, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, store["b2"], Path.Combine(store["b2"], "e"), store["r2"], 30)).Fault);
        Assert.Equal(BackupFault.NotApart, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, store["b2"], store["b2"], store["r2"], 30)).Fault);
        Assert.Equal(BackupFault.NotApart, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, store["b2"], store["e2"], Path.Combine(store["b2"], "r"), 30)).Fault);
        Assert.Equal(BackupFault.NotEmpty, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, store.Backup, store["e2"], store["r2"], 30)).Fault);
        Assert.Equal(BackupFault.BadWindow, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, store["b2"], store["e2"], store["r2"], 91)).Fault);
        Assert.Equal(BackupFault.BadWindow, Assert.Throws<BackupException>(() => BackupSetup.Create(store.Plan, store["b2"], store["e2"], store["r2"], 0)).Fault);
    }

    [Fact]
    public async Task Rest_OfAKilledRun_IsSweptByTheNext()
    {
        await using var store = await BackedUpStore.StartAsync();
        store.Run();
        await File.WriteAllTextAsync(Path.Combine(store.Backup, "data/00000002.pack.partial"), "half", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(store.Backup, "keys/00000002.keys"), "a run that never got its name", TestContext.Current.CancellationToken);

        Assert.Equal(2, store.Run().Number);
        Assert.Equal(2, store.Restore().Number);
        Assert.Empty(Directory.EnumerateFiles(store.Backup, "*.partial", SearchOption.AllDirectories));
    }

    private static string[] Files(BackedUpStore store)
        => [.. Directory.EnumerateFiles(store.Backup, "*", SearchOption.AllDirectories), .. Directory.EnumerateFiles(store.Epochs, "*.epoch")];

    private static void Exchange(BackedUpStore store, string one, string other)
    {
        var (left, right, aside) = (Path.Combine(store.Backup, one), Path.Combine(store.Backup, other), store["aside"]);
        File.Move(left, aside);
        File.Move(right, left);
        File.Move(aside, right);
    }
}
