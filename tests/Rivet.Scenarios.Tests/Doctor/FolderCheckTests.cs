using Rivet.Backup;
using Rivet.Server.Doctor.Checks;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Doctor;

/// <summary>Each mistake with folders, keys and backups is found on real files, and its absence as well.</summary>
public sealed class FolderCheckTests(StoppedServer stopped) : IClassFixture<StoppedServer>
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_101_101;

    [Fact]
    public async Task StoreThere_OnlyWithAStore()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Stopped", await Ward.LookAsync(new StoreThere(), Ward.Patient(folder)));

        File.Delete(folder["data/rivet.db"]);
        Assert.Equal("Failing Missing", await Ward.LookAsync(new StoreThere(), Ward.Patient(folder)));
    }

    [Fact]
    public async Task DataPrivate_OthersOrAnotherOwner_Fails()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Private", await Ward.LookAsync(new DataPrivate(), Ward.Patient(folder)));

        File.SetUnixFileMode(folder["data"], Everybody);
        Assert.Equal("Failing Open", await Ward.LookAsync(new DataPrivate(), Ward.Patient(folder)));

        File.SetUnixFileMode(folder["data"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files away");
        Ward.Run("chown", "65534", folder["data/rivet.db"]);
        Assert.Equal("Failing Foreign", await Ward.LookAsync(new DataPrivate(), Ward.Patient(folder)));
    }

    [Fact]
    public async Task KeysPrivate_ReadableMissingOrForeign_Fails()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Private", await Ward.LookAsync(new KeysPrivate(), Ward.Patient(folder)));

        var mode = File.GetUnixFileMode(folder["keys/root.key"]);
        File.SetUnixFileMode(folder["keys/root.key"], mode | UnixFileMode.OtherRead);
        Assert.Equal("Failing KeyOpen", await Ward.LookAsync(new KeysPrivate(), Ward.Patient(folder)));

        File.SetUnixFileMode(folder["keys/root.key"], mode);
        File.WriteAllText(folder["keys/announcement"], "code");
        File.SetUnixFileMode(folder["keys/announcement"], mode | UnixFileMode.OtherRead);
        Assert.Equal("Attention FileOpen", await Ward.LookAsync(new KeysPrivate(), Ward.Patient(folder)));

        File.Delete(folder["keys/announcement"]);
        File.SetUnixFileMode(folder["keys"], Everybody);
        Assert.Equal("Failing Open", await Ward.LookAsync(new KeysPrivate(), Ward.Patient(folder)));

        File.SetUnixFileMode(folder["keys"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(folder["keys/root.key"], folder["root.key"]);
        Assert.Equal("Failing NoRootKey", await Ward.LookAsync(new KeysPrivate(), Ward.Patient(folder)));

        File.Move(folder["root.key"], folder["keys/root.key"]);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files away");
        Ward.Run("chown", "65534", folder["keys/root.key"]);
        Assert.Equal("Failing Foreign", await Ward.LookAsync(new KeysPrivate(), Ward.Patient(folder)));
    }

    [Fact]
    public async Task KeysApart_InsideOrReplaceableOrInMemory_Fails()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Apart", await Ward.LookAsync(new KeysApart(), Ward.Patient(folder)));

        // Inside through a link, as somebody does who was refused the plain way.
        using var linked = new TempFolder();
        Ward.Run("cp", "-a", folder.Path + "/.", linked.Path);
        Directory.Move(linked["keys"], linked["data/keys"]);
        Directory.CreateSymbolicLink(linked["keys"], linked["data/keys"]);
        Assert.Equal("Failing Inside", await Ward.LookAsync(new KeysApart(), Ward.Patient(linked)));

        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_111_111);
        Assert.Equal("Failing Replaceable", await Ward.LookAsync(new KeysApart(), Ward.Patient(folder)));

        using var memory = TempFolder.InMemory();
        Assert.SkipUnless(new DriveInfo(memory.Path).DriveFormat == "tmpfs", "this machine has no folder in memory");
        Directory.CreateDirectory(memory["keys"]);
        Assert.Equal("Failing InMemory", await Ward.LookAsync(new KeysApart(), Ward.Patient(memory, data: folder["data"])));
    }

    [Fact]
    public async Task BackupRecent_NeverOldEndedOrUnreachable_IsFound()
    {
        using var folder = Ward.Copy(stopped);
        var (patient, check) = (Ward.Patient(folder), new BackupRecent());
        Assert.Equal("Attention NotSetUp", await Ward.LookAsync(check, patient));

        var plan = Rivet.Server.Modules.BackupOf(folder["data"], folder["keys"]);
        BackupSetup.Create(plan, folder["backup"], folder["epochs"], folder["recovery.key"], 30);
        Assert.Equal("Failing Never", await Ward.LookAsync(check, patient));

        new BackupRun(plan, TimeProvider.System).Execute(storeAll: false, _ => { }, Company.Ct);
        Assert.Equal("Passing Recent", await Ward.LookAsync(check, patient));
        Assert.Equal("Attention Old", await Ward.LookAsync(check, patient with { Time = In(5) }));
        Assert.Equal("Failing Ended", await Ward.LookAsync(check, patient with { Time = In(31) }));

        Directory.Move(folder["backup"], folder["elsewhere"]);
        Assert.Equal("Failing NoPlace", await Ward.LookAsync(check, patient));
        Directory.Move(folder["epochs"], folder["lost"]);
        Assert.Equal("Failing NoEpochs", await Ward.LookAsync(check, patient));
    }

    [Fact]
    public async Task DiskSpace_SmallDisk_Fails()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Free", await Ward.LookAsync(new DiskSpace(), Ward.Patient(folder)));

        using var disk = SmallDisk.TryMount(folder["small"], 40);
        Assert.SkipUnless(disk is not null, "no file system may be mounted here");
        Assert.Equal("Failing Full", await Ward.LookAsync(new DiskSpace(), Ward.Patient(folder, data: folder["small"])));
        using var larger = SmallDisk.TryMount(folder["larger"], 500);
        Assert.Equal("Attention Scarce", await Ward.LookAsync(new DiskSpace(), Ward.Patient(folder, data: folder["larger"])));
    }

    [Fact]
    public async Task ClockBehind_FileOfTheFuture_Fails()
    {
        using var folder = Ward.Copy(stopped);
        Assert.Equal("Passing Past", await Ward.LookAsync(new ClockBehind(), Ward.Patient(folder)));

        File.SetLastWriteTimeUtc(folder["data/rivet.db"], TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1));
        Assert.Equal("Failing Future", await Ward.LookAsync(new ClockBehind(), Ward.Patient(folder)));
    }

    [Fact]
    public async Task FolderNobodyMade_IsNotProven()
    {
        using var folder = new TempFolder();

        Assert.Equal("NotProven Unseen", await Ward.LookAsync(new DataPrivate(), Ward.Patient(folder)));
        Assert.Equal("NotProven Unseen", await Ward.LookAsync(new KeysApart(), Ward.Patient(folder)));
        Assert.Equal("NotProven Unseen", await Ward.LookAsync(new BackupRecent(), Ward.Patient(folder)));
        Assert.Equal("NotProven Unseen", await Ward.LookAsync(new CertificateLasts(), Ward.Patient(folder)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static Microsoft.Extensions.Time.Testing.FakeTimeProvider In(int days) => new(TimeProvider.System.GetUtcNow().AddDays(days));
}
