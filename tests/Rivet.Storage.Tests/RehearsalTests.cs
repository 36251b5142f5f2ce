using System.Security.Cryptography;
using Rivet.Testing;

namespace Rivet.Storage.Tests;

/// <summary>A rehearsal tells what an upgrade would do, and leaves every byte as it was.</summary>
public sealed class RehearsalTests : IDisposable
{
    private readonly TempFolder folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => folder["data"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Run_ScriptsPending_TellsThemAndTheRows()
    {
        await MakeAsync();
        var before = Hash(Data);
        var opened = new List<string>();

        var report = Rehearse(["good"], open: opened.Add);

        Assert.Equal(["good/0001_first.sql", "good/0002_second.sql"], report.Pending);
        Assert.Equal(ProgramVersion.Current.Text, report.From);
        Assert.Equal(new TableChange("item", 1000, 1000), report.Tables.Single(table => table.Name == "item"));
        Assert.Equal(new TableChange("migrated", null, 2), report.Tables.Single(table => table.Name == "migrated"));
        Assert.InRange(report.TakenBytes, report.StoreBytes, report.NeededBytes);
        Assert.False(report.LacksRoom);
        Assert.StartsWith(Path.Combine(Data, "upgrade-check-"), Assert.Single(opened), StringComparison.Ordinal);
        Assert.Equal(before, Hash(Data));
    }

    [Fact]
    public async Task Run_NothingPending_NeedsNoRoom()
    {
        await MakeAsync();
        var report = Rehearse([]);
        Assert.Empty(report.Pending);
        Assert.Equal(0, report.NeededBytes);
    }

    /// <summary>A log that a killed server left is not written back by whoever only looks.</summary>
    [Fact]
    public async Task Run_StoreOfAKilledServer_LeavesItsLog()
    {
        await using (var host = await StoreHost.StartAsync(Data))
        {
            await host.ExecuteAsync("CREATE TABLE item (number INTEGER PRIMARY KEY)");
            await host.ExecuteAsync("INSERT INTO item VALUES (1)");
            Directory.CreateDirectory(folder["killed"]);
            foreach (var name in (string[])["rivet.db", "rivet.db-wal"])
            {
                File.Copy(Path.Combine(Data, name), Path.Combine(folder["killed"], name));
            }
        }

        var before = Hash(folder["killed"]);
        Assert.True(new FileInfo(Path.Combine(folder["killed"], "rivet.db-wal")).Length > 0);

        var report = Rehearse(["good"], data: folder["killed"]);

        Assert.Equal(new TableChange("item", 1, 1), report.Tables.Single(table => table.Name == "item"));
        Assert.Equal(before, Hash(folder["killed"]));
    }

    [Fact]
    public async Task Run_BesideARunningServer_DoesNotHoldItUp()
    {
        await MakeAsync();
        await using var host = await StoreHost.StartAsync(Data);
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await host.ExecuteAsync("INSERT INTO item (body) VALUES (randomblob(500))");
                    Interlocked.Increment(ref written);
                }
            },
            Ct);

        var report = Rehearse(["good"], open: _ =>
        {
            var seen = Volatile.Read(ref written);
            SpinWait.SpinUntil(() => Volatile.Read(ref written) > seen + 20 || writing.IsCompleted, TimeSpan.FromSeconds(30));
        });
        await stop.CancelAsync();
        await writing;

        Assert.Equal(2, report.Pending.Count);
        Assert.True(written > 20);
        Assert.Equal(report.Tables.Single(table => table.Name == "item").Before, report.Tables.Single(table => table.Name == "item").After);
        Assert.Equal([1000 + written], await host.NumbersAsync("SELECT count(*) FROM item"));
        Assert.Equal([0], await host.NumbersAsync("SELECT count(*) FROM sqlite_master WHERE name = 'migrated'"));
    }

    [Theory]
    [InlineData("bad", UpgradeFault.Failed)]
    [InlineData("dangling", UpgradeFault.BrokenReference)]
    public async Task Run_UpgradeWouldFail_SaysSoAndLeavesNothing(string owner, UpgradeFault fault)
    {
        await MakeAsync();
        var before = Hash(Data);
        Assert.Equal(fault, Assert.Throws<UpgradeException>(() => Rehearse([owner])).Fault);
        Assert.Equal(before, Hash(Data));
    }

    [Fact]
    public async Task Run_CannotBeOpenedAfterwards_LeavesNothing()
    {
        await MakeAsync();
        var before = Hash(Data);
        Assert.Throws<IOException>(() => Rehearse(["good"], open: _ => throw new IOException("no key")));
        Assert.Equal(before, Hash(Data));
    }

    [Theory]
    [InlineData(UpgradeStage.Copying)]
    [InlineData(UpgradeStage.Migrating)]
    [InlineData(UpgradeStage.Checking)]
    public async Task Run_GivenUp_LeavesNothing(UpgradeStage at)
    {
        await MakeAsync(rows: 200_000);
        var before = Hash(Data);
        using var stop = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => Rehearse(["slow"], progress: told =>
        {
            if (told.Stage == at)
            {
                stop.Cancel();
            }
        }, ct: stop.Token));

        Assert.Equal(before, Hash(Data));
    }

    [Fact]
    public async Task Run_StoreOfANewerProgram_IsRefusedBeforeItIsCopied()
    {
        await MakeAsync();
        Scripts.Ask(Data, "INSERT INTO SchemaVersions VALUES (NULL, 'good/0099_future.sql', '2031-01-01', 'ab', '9.0.0')");
        var stages = new List<UpgradeStage>();
        Assert.Equal(UpgradeFault.NeedsNewer, Assert.Throws<UpgradeException>(() => Rehearse([], progress: told => stages.Add(told.Stage))).Fault);
        Assert.Empty(stages);
    }

    [Fact]
    public async Task Run_DamagedPage_IsFound()
    {
        await MakeAsync();
        Scripts.Ask(Data, "CREATE INDEX item_body ON item (body)");
        var page = (long)Scripts.Ask(Data, "SELECT rootpage FROM sqlite_master WHERE name = 'item_body'")!;
        await using (var file = new FileStream(StoreFile.PathIn(Data), FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = ((page - 1) * 4096) + 100;
            file.Write(new byte[3900]);
        }

        var before = Hash(Data);
        Assert.Equal(UpgradeFault.Damaged, Assert.Throws<UpgradeException>(() => Rehearse([])).Fault);
        Assert.Equal(before, Hash(Data));
    }

    [Fact]
    public void Run_NoStore_MakesNone()
    {
        Directory.CreateDirectory(Data);
        Assert.Throws<StoreUnavailableException>(() => Rehearse(["good"]));
        Assert.Empty(Directory.GetFileSystemEntries(Data));
    }

    /// <summary>What a killed rehearsal left goes with the next one; what another is at work in stays.</summary>
    [Fact]
    public async Task Run_LeftByAKilledOne_IsRemoved()
    {
        await MakeAsync();
        var before = Hash(Data);
        Directory.CreateDirectory(Path.Combine(Data, "upgrade-check-left"));
        await File.WriteAllTextAsync(Path.Combine(Data, "upgrade-check-left", "rivet.db"), "a copy", Ct);
        using (var other = RehearsalFolder.Create(Data))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(other.Path));
            Rehearse(["good"]);
            Assert.Equal([other.Path], Directory.GetDirectories(Data));
        }

        Assert.Equal(before, Hash(Data));
    }

    [Fact]
    public async Task Run_InAnotherFolder_PutsNothingBesideTheStore()
    {
        await MakeAsync();
        Directory.CreateDirectory(folder["work"]);
        Rehearse(["good"], work: folder["work"], open: copy => Assert.Equal(folder["work"], Path.GetDirectoryName(copy)));
        Assert.Empty(Directory.GetFileSystemEntries(folder["work"]));
    }

    private UpgradeReport Rehearse(
        string[] owners, string? data = null, string? work = null, Action<string>? open = null, Action<UpgradeProgress>? progress = null, CancellationToken ct = default)
        => new UpgradeRehearsal([new("storage", typeof(IStore).Assembly), .. owners.Select(Scripts.Of)], TimeProvider.System)
            .Run(data ?? Data, work, open ?? (_ => { }), progress ?? (_ => { }), ct);

    private async Task MakeAsync(int rows = 1000)
    {
        await using var host = await StoreHost.StartAsync(Data);
        await host.ExecuteAsync("CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB)");
        await host.ExecuteAsync($"INSERT INTO item (body) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT randomblob(50) FROM n");
    }

    /// <summary>Names and bytes of everything in the folder; the log's index is no data and is made anew by whoever opens first.</summary>
    private static string Hash(string data) => string.Join('\n', Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}"));
}
