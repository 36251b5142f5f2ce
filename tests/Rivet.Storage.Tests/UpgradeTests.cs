using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>What a server keeps before it upgrades its store, and what is left when it is stopped in the middle.</summary>
public sealed class UpgradeTests
{
    private const string FolderVariable = "RIVET_STORAGE_UPGRADE_FOLDER";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string CopyIn(string data) => Path.Combine(data, $"rivet.before-{ProgramVersion.Current}.db");

    [Fact]
    public async Task Start_ScriptsPending_KeepsTheStoreFromBefore()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder);
        var told = new List<UpgradeProgress>();

        await (await StoreHost.StartAsync(folder, options => options.Upgrading = told.Add, Scripts.With("good"))).DisposeAsync();

        var copy = CopyIn(folder["data"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
        Assert.Equal(new(UpgradeStage.Kept, copy, 2, 2), told[^1]);
        Assert.Equal(["good/0001_first.sql", "good/0002_second.sql"], told.Where(one => one.Stage is UpgradeStage.Migrating).Select(one => one.Subject));
        Assert.Contains(told, one => one.Stage is UpgradeStage.Copying && one.Done == one.Total);

        // The way back: the copy in the store's place is one that the older program opens, with a life of its own.
        File.Move(copy, Path.Combine(folder["data"], "rivet.db"), overwrite: true);
        await using var older = await StoreHost.StartAsync(folder);
        Assert.Equal([1, 2, 3], await older.NumbersAsync("SELECT number FROM item"));
        Assert.Equal([2], await older.NumbersAsync("SELECT max(number) FROM storage_incarnation"));
        Assert.Equal(["rivet.db", "rivet.db-shm", "rivet.db-wal", "rivet.lock"], Directory.GetFiles(folder["data"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Start_NothingPending_KeepsNothing()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder);
        await MakeAsync(folder, "SELECT 1");
        Assert.False(File.Exists(CopyIn(folder["data"])));
    }

    [Fact]
    public async Task Start_UpgradeFails_LeavesNoCopy()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder);
        await Assert.ThrowsAsync<UpgradeException>(() => StoreHost.StartAsync(folder, more: Scripts.With("bad")));
        Assert.DoesNotContain(Directory.GetFiles(folder["data"]), file => file.Contains("before", StringComparison.Ordinal));
    }

    [Fact]
    public void Room_Lacking_IsSaidInMebibytes()
    {
        using var folder = new TempFolder();
        var refusal = Assert.Throws<UpgradeException>(() => DiskRoom.Demand(1L << 60, folder.Path));
        Assert.Equal(UpgradeFault.NoRoom, refusal.Fault);
        Assert.Contains("1,099,511,627,776.0 MiB", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((2 * 1000) + (16 << 20), DiskRoom.For(1000));
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(31, false)]
    public async Task Copy_PastItsTime_IsRemoved(int days, bool stays)
    {
        using var folder = new TempFolder();
        await MakeAsync(folder);
        await (await StoreHost.StartAsync(folder, more: Scripts.With("good"))).DisposeAsync();
        var time = new FakeTimeProvider(File.GetLastWriteTimeUtc(CopyIn(folder["data"])) + TimeSpan.FromDays(days));

        new CopyKeeper(Options.Create(new StorageOptions { Folder = folder["data"] }), time, NullLogger<CopyKeeper>.Instance).RunOnce();

        Assert.Equal(stays, File.Exists(CopyIn(folder["data"])));
        Assert.True(File.Exists(StoreFile.PathIn(folder["data"])));
    }

    [Fact]
    public async Task Kill_InTheMiddleOfAScript_LeavesTheStoreOfBefore()
    {
        using var folder = new TempFolder();
        await MakeAsync(folder);
        var log = new FileInfo(Path.Combine(folder["data"], "rivet.db-wal"));
        using (var child = StartChild(folder.Path))
        {
            var drained = child.StandardOutput.ReadToEndAsync(Ct);
            var since = TimeProvider.System.GetTimestamp();
            while (!child.HasExited && (!log.Exists || log.Length < 4 << 20))
            {
                Assert.True(TimeProvider.System.GetElapsedTime(since) < Deadline, "The script did not begin.");
                await Task.Yield();
                log.Refresh();
            }

            Assert.False(child.HasExited, child.HasExited ? await drained : "");
            child.Kill();
            await child.WaitForExitAsync(Ct);
        }

        Assert.True(File.Exists(CopyIn(folder["data"])));
        await using (var older = await StoreHost.StartAsync(folder))
        {
            Assert.Equal([1, 2, 3], await older.NumbersAsync("SELECT number FROM item"));
            Assert.Equal([0], await older.NumbersAsync("SELECT count(*) FROM sqlite_master WHERE name IN ('slow', 'migrated')"));
            Assert.Equal("ok", await older.Store.ReadAsync(session => session.QueryFirst("PRAGMA integrity_check", row => row.GetString(0)), Ct));
            await older.ExecuteAsync("INSERT INTO item (number) VALUES (4)");
        }

        // The next attempt keeps what the store is then, in place of what the killed one kept.
        await using var newer = await StoreHost.StartAsync(folder, more: Scripts.With("good"));
        Assert.Equal([1, 2], await newer.NumbersAsync("SELECT number FROM migrated ORDER BY rowid"));
        Directory.CreateDirectory(folder["back"]);
        File.Copy(CopyIn(folder["data"]), Path.Combine(folder["back"], "rivet.db"));
        Assert.Equal(4L, Scripts.Ask(folder["back"], "SELECT max(number) FROM item"));
    }

    /// <summary>The child's part; run only by name.</summary>
    [Fact(Explicit = true)]
    public async Task Child_UpgradesUntilKilled()
        => await (await StoreHost.StartAsync(Path.Combine(Environment.GetEnvironmentVariable(FolderVariable)!, "data"), more: Scripts.With("good", "slow"))).DisposeAsync();

    private static async Task MakeAsync(TempFolder folder, string sql = "CREATE TABLE item (number INTEGER PRIMARY KEY); INSERT INTO item VALUES (1), (2), (3)")
    {
        await using var host = await StoreHost.StartAsync(folder);
        foreach (var statement in sql.Split("; "))
        {
            await host.ExecuteAsync(statement);
        }
    }

    private static Process StartChild(string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(UpgradeTests).Assembly.Location);
        }

        foreach (var argument in new[] { "-method", $"{typeof(UpgradeTests).FullName}.{nameof(Child_UpgradesUntilKilled)}", "-explicit", "only" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[FolderVariable] = folder;
        return Process.Start(start)!;
    }
}
