using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

public sealed class BackupTests
{
    private static readonly string Bulk = new('x', 8_000);

    [Fact]
    public async Task Backup_WhileMessagesAreSent_RestoresWhatWasAcknowledgedBefore()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        var acknowledged = new ConcurrentDictionary<ulong, string>();
        using var stop = new CancellationTokenSource();
        var sending = Task.WhenAll(Enumerable.Range(0, 8).Select(lane => SendAsync(lane)));
        await UntilAsync(() => acknowledged.Count > 300, sending);

        var before = acknowledged.ToArray();
        await backup.MakeAsync();
        Assert.False(sending.IsCompleted);
        var during = acknowledged.Count;
        await UntilAsync(() => acknowledged.Count > during + 100, sending);
        await stop.CancelAsync();
        await sending;

        await backup.RebuildAsync();
        await company.Founder.ReconnectAsync();
        await bo.ReconnectAsync();
        var log = await bo.ReadAsync(conversation);
        Assert.True(log.Count < acknowledged.Count);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(number => (ulong)number), log.Select(entry => entry.Sequence));
        Assert.All(before, sent => Assert.Equal(sent.Value, Device.Text(log[(int)sent.Key - 1])));
        await company.Founder.SendAsync(conversation, "and on");
        await bo.WaitForTextAsync("and on");

        async Task SendAsync(int lane)
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                var text = $"{lane}.{number}";
                acknowledged[(await company.Founder.SendAsync(conversation, text)).Sequence] = text;
            }
        }
    }

    [Fact]
    public async Task Backup_Everywhere_HoldsNothingReadable()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server, "Nocturne Holdings");
        var bo = await company.AddAsync("Bo");
        await company.Founder.SendAsync(await company.Founder.OpenDirectAsync(bo), "the plan for spring");
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await backup.MakeAsync();

        byte[][] secrets = [Encoding.UTF8.GetBytes("the plan for spring"), Encoding.UTF8.GetBytes("Nocturne"), await File.ReadAllBytesAsync(Path.Combine(server.KeysFolder, "root.key"), Company.Ct), .. WrappedKeys(server.DataFolder)];

        Assert.True(secrets.Length > 3);
        Assert.All(
            Files(backup.Backup).Concat(Files(backup.Epochs)),
            file => Assert.All(secrets, secret => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(secret))));
    }

    /// <summary>Every column that is named for a wrapped secret lies in a table that the key pack takes.</summary>
    [Fact]
    public async Task Tables_WithWrappedSecrets_AreKeyTables()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        server.Stop();
        using var snapshot = StoreSnapshot.Open(server.DataFolder);

        var wrapped = snapshot.Schema.Tables.Where(table => table.Sql.Contains("wrapped", StringComparison.OrdinalIgnoreCase)).Select(table => table.Name);

        // With them goes how each company's key stands: a destroyed one does not come back with older data.
        Assert.Equal(Rivet.Vault.VaultModule.KeyTables.Order(StringComparer.Ordinal), wrapped.Append("vault_company").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Backup_Again_StoresWhatIsNew()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await FillAsync(company.Founder, conversation, 1_500);
        await backup.MakeAsync();
        var first = Files(backup.Backup).Sum(file => new FileInfo(file).Length);

        await company.Founder.SendAsync(conversation, "news");
        await backup.MakeAsync();

        var both = Files(backup.Backup).Sum(file => new FileInfo(file).Length);
        Assert.True(first > 12_000_000);
        Assert.InRange(both - first, 1, 5_000_000);
        await backup.RebuildAsync();
        await bo.ReconnectAsync();
        Assert.Equal("news", Device.Text((await bo.ReadAsync(conversation))[^1]));
    }

    [Fact]
    public async Task Disk_FullDuringABackup_IsRefusedAndLosesNothing()
    {
        using var folder = new TempFolder();
        using var disk = SmallDisk.TryMount(folder["disk"], megabytes: 12);
        Assert.SkipWhen(disk is null, "no file system can be mounted here");
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        var backup = await BackupProcess.SetUpAsync(folder, server, Path.Combine(folder["disk"], "backup"));
        await company.Founder.SendAsync(conversation, "before the disk was full");
        await backup.MakeAsync();
        await FillAsync(company.Founder, conversation, 2_500);

        var refused = await backup.TryMakeAsync();

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(backup.Backup, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.Trim().Split('\n'));
        Assert.DoesNotContain(Files(backup.Backup), file => file.EndsWith(".partial", StringComparison.Ordinal));
        await company.Founder.SendAsync(conversation, "the server goes on");
        Assert.Equal(0, (await backup.VerifyAsync()).ExitCode);
        await backup.RebuildAsync();
        await bo.ReconnectAsync();
        Assert.Equal("before the disk was full", Device.Text((await bo.ReadAsync(conversation))[^1]));
    }

    [Fact]
    public async Task Backup_Killed_LeavesTheEarlierOneWhole()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await FillAsync(company.Founder, conversation, 3_000);
        await backup.MakeAsync();
        var whole = Files(backup.Backup).ToDictionary(file => file, File.ReadAllBytes);

        var wasKilled = false;
        for (var attempt = 0; attempt < 10 && !wasKilled; attempt++)
        {
            using var run = backup.Start("--all");
            while (!run.HasExited && !Directory.EnumerateFiles(Path.Combine(backup.Backup, "data"), "*.pack.partial").Any(file => new FileInfo(file).Length > 1_000_000))
            {
                await Task.Yield();
            }

            run.Kill();
            await run.WaitForExitAsync(Company.Ct);
            wasKilled = run.ExitCode != 0;
        }

        Assert.True(wasKilled, "Every run ended before it could be killed.");
        Assert.All(whole, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        Assert.Equal(0, (await backup.VerifyAsync()).ExitCode);
        await backup.MakeAsync();
        Assert.DoesNotContain(Files(backup.Backup), file => file.EndsWith(".partial", StringComparison.Ordinal));
        Assert.Equal(0, (await backup.VerifyAsync()).ExitCode);
    }

    [Fact]
    public async Task Restore_IntoAServersFolder_IsRefused()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await backup.MakeAsync();

        var refused = await backup.RestoreAsync(server.DataFolder, server.KeysFolder);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(server.DataFolder, refused.Error, StringComparison.Ordinal);
        await company.Founder.ReconnectAsync();
    }

    [Fact]
    public async Task Restore_AfterTheWindow_IsRefusedWhateverElseIsThere()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await backup.MakeAsync();
        var epoch = Directory.EnumerateFiles(backup.Epochs, "*.epoch").Single();
        File.Move(epoch, Path.Combine(backup.Epochs, "1" + Path.GetFileName(epoch)[Path.GetFileName(epoch).IndexOf('-', StringComparison.Ordinal)..]));

        var expired = await backup.RunAsync("backup", "expire", "--epochs", backup.Epochs);
        var refused = await backup.RestoreAsync(folder["new"], folder["new-keys"]);

        Assert.Equal(0, expired.ExitCode);
        Assert.Equal(1, refused.ExitCode);
        Assert.False(Directory.Exists(folder["new"]) && Directory.EnumerateFileSystemEntries(folder["new"]).Any());
    }

    [Fact]
    public async Task Restore_Asked_IsInTheAuditAndInChinese()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await backup.MakeAsync();
        await backup.RebuildAsync();

        Assert.Contains("\"keys-of-run\":\"1\"", await Recovery.RecoverProcess.EventAsync(server, "store.restored"), StringComparison.Ordinal);

        using var chinese = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            Built.Program("Rivet.Server", "Rivet.Server"), ["backup", "run", "--data", folder["nowhere"]]) { RedirectStandardError = true, Environment = { ["LC_ALL"] = "zh_CN.UTF-8" } })!;
        Assert.Contains("没有存储", await chinese.StandardError.ReadToEndAsync(Company.Ct), StringComparison.Ordinal);
    }

    internal static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);

    internal static async Task FillAsync(Device from, ByteString conversation, int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(64))
        {
            await Task.WhenAll(some.Select(number => from.SendAsync(conversation, $"{number} {Bulk}")));
        }
    }

    private static List<byte[]> WrappedKeys(string dataFolder) => Query(dataFolder, "SELECT wrapped FROM vault_key UNION ALL SELECT wrapped FROM vault_signing_key", reader => (byte[])reader.GetValue(0));

    private static List<T> Query<T>(string dataFolder, string sql, Func<Microsoft.Data.Sqlite.SqliteDataReader, T> map)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(dataFolder, "rivet.db")};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    private static async Task UntilAsync(Func<bool> condition, Task sending)
    {
        while (!condition())
        {
            Assert.False(sending.IsCompleted, $"{sending.Exception}");
            await Task.Delay(20, Company.Ct);
        }
    }
}
