using System.Diagnostics;
using System.Globalization;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>The store of version 0.1 under the programs of now: rehearsed, upgraded, refused, killed and brought back.</summary>
public sealed class UpgradeTests
{
    private const string Future = "INSERT INTO SchemaVersions (ScriptName, Applied, Checksum, Program) VALUES ('messaging/0099_future.sql', '2031-01-01', 'ab', '9.0.0')";
    private static readonly string[] Texts = ["A first message.", "第二条消息。", "Edited afterwards."];

    [Fact]
    public async Task Upgrade_OfTheFirstStore_KeepsItAndIsWhole()
    {
        using var folder = new TempFolder();
        var store = SampleStore.CopyTo(folder["data"], folder["keys"]);
        using var server = ServerProcess.Start(folder);
        Assert.Equal(Texts, (await SampleStore.ReadAsync(server)).Log.Select(Device.Text).OfType<string>());
        Assert.Equal(0, server.Stop());

        // The layout is that of a store made now.
        using var fresh = new TempFolder();
        using (var other = ServerProcess.Start(fresh))
        {
            Assert.Equal(0, other.Stop());
        }

        const string layout = "SELECT name || ' ' || coalesce(sql, '') FROM sqlite_master WHERE tbl_name <> 'SchemaVersions' ORDER BY name";
        Assert.Equal(SampleStore.Ask(Path.Combine(fresh["data"], "rivet.db"), layout), SampleStore.Ask(store.Database, layout));
        Assert.Equal(["0"], SampleStore.Ask(store.Database, "SELECT count(*) FROM SchemaVersions WHERE Checksum IS NULL OR Program IS NULL"));

        // What was kept is what there was, page by page, and is said.
        var kept = Assert.Single(store.Kept);
        Assert.Contains(kept, server.Log, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        Assert.Equal(Rows(Path.Combine(SampleStore.Source, "data", "rivet.db"), folder["look"]), Rows(kept, folder["look-kept"]));

        // A second start has nothing to do.
        File.Delete(kept);
        server.StartAgain();
        Assert.Equal(0, server.Stop());
        Assert.Empty(store.Kept);
    }

    [Theory]
    [InlineData("en", "20 migrations", "nothing was changed")]
    [InlineData("zh_CN.UTF-8", "20 个迁移", "没有任何改动")]
    public async Task Check_OfTheFirstStore_TellsWhatIsToBeDoneAndLeavesEveryByte(string language, string count, string end)
    {
        using var folder = new TempFolder();
        var store = SampleStore.CopyTo(folder["data"], folder["keys"]);
        var (before, keys) = (SampleStore.Hash(store.Data), SampleStore.Hash(store.Keys));

        var check = await CheckAsync(store.Data, store.Keys, language);

        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.Contains(count, check.Output, StringComparison.Ordinal);
        Assert.Contains(
            "  storage/0002_incarnation.sql\n  vault/0002_root_kind.sql\n  vault/0003_company_keys.sql\n  transit/0001_transit.sql\n  audit/0002_log.sql\n  audit/0003_readers.sql\n  audit/0004_witness.sql\n  audit/0005_export.sql\n  audit/0006_queries.sql\n  audit/0007_retention.sql\n  audit/0008_keys.sql\n  audit/0009_columns.sql\n  audit/0010_board.sql\n  audit/0011_aside.sql\n  mail/0001_mail.sql\n  mail/0002_health.sql\n  identity/0002_language.sql\n  messaging/0002_restored.sql\n  messaging/0003_policy.sql\n  messaging/0004_sealing.sql\n",
            check.Output, StringComparison.Ordinal);
        Assert.Contains("  storage_incarnation: - → 0\n", check.Output, StringComparison.Ordinal);
        Assert.Contains(end, check.Output, StringComparison.Ordinal);
        Assert.Equal(before, SampleStore.Hash(store.Data));
        Assert.Equal(keys, SampleStore.Hash(store.Keys));
        Assert.Empty(Directory.GetDirectories(store.Data));
    }

    [Fact]
    public async Task Check_BesideARunningServer_DisturbsNobody()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        var checking = CheckAsync(server.DataFolder, server.KeysFolder);
        var sent = 0;
        do
        {
            await company.Founder.SendAsync(conversation, $"message {++sent}");
        }
        while (!checking.IsCompleted);

        var check = await checking;
        Assert.True(check.ExitCode == 0, check.Error);
        Assert.Contains("up to date", check.Output, StringComparison.Ordinal);
        await company.Founder.SendAsync(conversation, "still here");
        await bo.WaitForTextAsync("still here");
        Assert.Equal(sent + 1, (await bo.ReadAsync(conversation)).Count);
        Assert.Empty(Directory.GetDirectories(server.DataFolder));
    }

    [Fact]
    public async Task Check_WithForeignKeys_SaysSoAndLeavesNothing()
    {
        using var folder = new TempFolder();
        var store = SampleStore.CopyTo(folder["data"], folder["keys"]);
        await File.WriteAllBytesAsync(Path.Combine(store.Keys, "root.key"), new byte[32], Company.Ct);
        var before = SampleStore.Hash(store.Data);

        var foreign = await CheckAsync(store.Data, store.Keys);
        var missing = await CheckAsync(store.Data, folder["nowhere"]);
        var nothing = await CheckAsync(folder["nothing"], store.Keys);

        Assert.Equal((1, 1, 1), (foreign.ExitCode, missing.ExitCode, nothing.ExitCode));
        Assert.Contains("is not the one this store's keys are wrapped under", foreign.Error, StringComparison.Ordinal);
        Assert.Contains("--keys", missing.Error, StringComparison.Ordinal);
        Assert.Contains("There is no store", nothing.Error, StringComparison.Ordinal);
        Assert.Equal(before, SampleStore.Hash(store.Data));
        Assert.False(Directory.Exists(folder["nowhere"]) || Directory.Exists(folder["nothing"]));
    }

    [Fact]
    public async Task OlderProgram_OnANewerStore_RefusesBeforeItTouchesIt()
    {
        using var folder = new TempFolder();
        var store = SampleStore.CopyTo(folder["data"], folder["keys"]);
        using (var server = ServerProcess.Start(folder))
        {
            Assert.Equal(0, server.Stop());
        }

        SampleStore.Ask(store.Database, Future);
        var before = SampleStore.Hash(store.Data);

        var (code, error) = ServerProcess.RunToRefusal("--data", store.Data, "--keys", store.Keys, "--port", "0");
        var check = await CheckAsync(store.Data, store.Keys);

        Assert.Equal((3, 3), (code, check.ExitCode));
        Assert.Contains("needs Rivet 9.0.0 or later: it has messaging/0099_future.sql", error, StringComparison.Ordinal);
        Assert.Contains("needs Rivet 9.0.0 or later", check.Error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Equal(before, SampleStore.Hash(store.Data));
    }

    [Fact]
    public async Task Disk_WithoutRoomForTheCopy_RefusesAndChangesNothing()
    {
        using var folder = new TempFolder();
        using var disk = SmallDisk.TryMount(folder["disk"], megabytes: 12);
        Assert.SkipWhen(disk is null, "no file system can be mounted here");
        var store = SampleStore.CopyTo(Path.Combine(folder["disk"], "data"), folder["keys"]);
        var before = SampleStore.Hash(store.Data);

        var (code, error) = ServerProcess.RunToRefusal("--data", store.Data, "--keys", store.Keys, "--port", "0");
        var here = await CheckAsync(store.Data, store.Keys);
        Directory.CreateDirectory(folder["work"]);
        var elsewhere = await CheckAsync(store.Data, store.Keys, "en", "--work", folder["work"]);

        Assert.Equal((3, 3, 3), (code, here.ExitCode, elsewhere.ExitCode));
        Assert.Contains("MiB have to be free", error, StringComparison.Ordinal);
        Assert.Contains("MiB have to be free", here.Error, StringComparison.Ordinal);
        Assert.Contains("On a copy all of them worked", elsewhere.Output, StringComparison.Ordinal);
        Assert.Contains("The upgrade would be refused", elsewhere.Error, StringComparison.Ordinal);
        Assert.Equal(before, SampleStore.Hash(store.Data));
        Assert.Empty(Directory.GetFileSystemEntries(folder["work"]));
    }

    /// <summary>Killed at whatever it is doing from the moment the copy begins; the next start finishes the work.</summary>
    [Fact]
    public async Task Kill_WhileUpgrading_NextStartFinishes()
    {
        for (var round = 0; round < 4; round++)
        {
            using var folder = new TempFolder();
            var store = SampleStore.CopyTo(folder["data"], folder["keys"]);
            using (var server = Process.Start(new ProcessStartInfo(
                Built.Program("Rivet.Server", "Rivet.Server"), ["--data", store.Data, "--keys", store.Keys, "--port", "0"]) { RedirectStandardOutput = true, RedirectStandardError = true })!)
            {
                var since = TimeProvider.System.GetTimestamp();
                while (store.Kept.Length == 0 || (round % 2 == 1 && store.Kept[0].EndsWith(".partial", StringComparison.Ordinal)))
                {
                    Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(60) && !server.HasExited, "The upgrade did not begin.");
                }

                server.Kill();
                await server.WaitForExitAsync(Company.Ct);
            }

            var scripts = int.Parse(SampleStore.Ask(store.Database, "SELECT count(*) FROM SchemaVersions").Single(), CultureInfo.InvariantCulture);
            Assert.True(scripts is 6 or 8, $"{scripts} scripts are recorded");
            using var again = ServerProcess.Start(folder);
            Assert.Equal(Texts, (await SampleStore.ReadAsync(again)).Log.Select(Device.Text).OfType<string>());
            Assert.Equal(0, again.Stop());
            Assert.DoesNotContain(store.Kept, file => file.EndsWith(".partial", StringComparison.Ordinal));
        }
    }

    /// <summary>The steps of docs/operations/upgrade.md: the copy takes the store's place, and is a store like any other.</summary>
    [Fact]
    public async Task Back_WithTheKeptCopy_IsTheStoreOfBefore()
    {
        using var folder = new TempFolder();
        var store = SampleStore.CopyTo(folder["data"], folder["keys"]);
        using var server = ServerProcess.Start(folder);
        Assert.Equal(0, server.Stop());

        File.Move(Assert.Single(store.Kept), store.Database, overwrite: true);

        Assert.Equal(["6"], SampleStore.Ask(store.Database, "SELECT count(*) FROM SchemaVersions"));
        Assert.Equal(["0"], SampleStore.Ask(store.Database, "SELECT count(*) FROM pragma_table_info('SchemaVersions') WHERE name = 'Checksum'"));
        server.StartAgain();
        Assert.Equal(Texts, (await SampleStore.ReadAsync(server)).Log.Select(Device.Text).OfType<string>());
    }

    private static Task<ProgramEnd> CheckAsync(string data, string keys, string language = "en", params string[] options)
        => Programs.RunAsync(
            "/usr/bin/env", [$"LC_ALL={language}", Built.Program("Rivet.Server", "Rivet.Server"), "upgrade", "--check", "--data", data, "--keys", keys, .. options], null, Company.Ct);

    /// <summary>Every row of every table, of a copy, so that looking changes nothing.</summary>
    private static List<string> Rows(string database, string look)
    {
        Directory.CreateDirectory(look);
        var copy = Path.Combine(look, "rivet.db");
        File.Copy(database, copy);
        return [.. from table in SampleStore.Ask(copy, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
                   let columns = string.Join(" || '|' || ", SampleStore.Ask(copy, $"SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')"))
                   from row in SampleStore.Ask(copy, $"SELECT {columns} FROM {table}")
                   select $"{table} {row}"];
    }
}
