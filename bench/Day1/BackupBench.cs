using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Rivet.Bench.Load;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.Day1;

/// <summary>
/// A backup of a million messages beside senders: how fast it is against a plain copy of the database, and how long the longest send takes meanwhile,
/// against nothing else running and against that plain copy. The server runs on core 0, this process on core 1, backup and copy where there is room.
/// </summary>
internal static class BackupBench
{
    private const int Rounds = 3;
    private const int Pairs = 50;
    private const int Wanted = 1_000_000;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MostFilling = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    public static async Task MeasureAsync(Report report, string root)
    {
        Process.GetCurrentProcess().ProcessorAffinity = 2;
        using var server = ServerUnderTest.StartRivet(root);
        await using var company = await Company.FoundAsync(server, 2 * Pairs);
        await FillAsync(company);
        var database = Path.Combine(root, "data", "rivet.db");
        var messages = Count(database);
        Report.Say($"{messages:N0} messages, {new FileInfo(database).Length / 1e6:N0} MB of database");
        Tool(root, "backup", "init", "--to", Path.Combine(root, "backup"), "--epochs", Path.Combine(root, "epochs"), "--recovery-key", Path.Combine(root, "recovery.key"));

        var senders = new SteadySenders(await company.PairsAsync());
        senders.Start();
        var (backups, copies, idle, besideBackup, besideCopy) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        await Task.Delay(Quiet);
        for (var round = 0; round < Rounds; round++)
        {
            senders.TakeSlowest();
            await Task.Delay(Quiet);
            idle.Add(senders.TakeSlowest());
            copies.Add(await Task.Run(() => Copy(database, Path.Combine(root, "copy.db"))));
            besideCopy.Add(senders.TakeSlowest());
            await Task.Delay(Quiet);
            senders.TakeSlowest();
            var stored = Packs(root);
            var watch = Stopwatch.StartNew();
            await Task.Run(() => Tool(root, "backup", "run", "--all"));
            backups.Add((Packs(root) - stored) / 1e6 / watch.Elapsed.TotalSeconds);
            besideBackup.Add(senders.TakeSlowest());
            Report.Say($"backup {backups[^1]:N0} MB/s, longest send {besideBackup[^1]:N0} ms; copy {copies[^1]:N0} MB/s, {besideCopy[^1]:N0} ms; alone {idle[^1]:N0} ms");
        }

        var sent = await senders.StopAsync();
        var rate = Median(backups);
        var others = $"alone {idle.Max():N0} ms, beside the copy {besideCopy.Max():N0} ms";
        report.Add(new("day1.backup", rate, "MB/s", rate / 50, $"limit 50 MB/s, {messages:N0} messages", "≥ 1"));
        report.Add(new("day1.backup.copy", rate, "MB/s", Median(backups.Zip(copies, (mine, theirs) => mine / theirs)), $"copy of the database with fsync, {Median(copies):N0} MB/s", "–"));
        report.Add(new("day1.backup.pause", besideBackup.Max(), "ms", besideBackup.Max() / 100, $"limit 100 ms, longest of {sent:N0} sends; {others}", "≤ 1"));
        report.Add(new("day1.backup.pause.peer", Median(besideBackup), "ms", Median(besideBackup.Zip(besideCopy, (mine, theirs) => mine / theirs)), "longest send beside the copy, medians of rounds", "–"));

        var restore = Stopwatch.StartNew();
        Tool(
            root, "restore", "--from", Path.Combine(root, "backup"), "--epochs", Path.Combine(root, "epochs"), "--recovery-key", Path.Combine(root, "recovery.key"),
            "--data", Path.Combine(root, "restored"), "--keys", Path.Combine(root, "restored-keys"));
        var restored = Count(Path.Combine(root, "restored", "rivet.db"));
        if (restored < messages)
        {
            throw new InvalidOperationException($"{messages - restored} messages are not in the restored store: these runs count for nothing.");
        }

        report.Add(new("day1.restore", restore.Elapsed.TotalSeconds, "s", double.NaN, $"{restored:N0} messages", "–"));
    }

    /// <summary>As many as come in the time there is; the report says how many.</summary>
    private static async Task FillAsync(Company company)
    {
        var watch = Stopwatch.StartNew();
        for (var messages = 0.0; messages < Wanted && watch.Elapsed < MostFilling;)
        {
            var slice = await new SendLoad(await company.PairsAsync()).RunClosedAsync(TimeSpan.Zero, Slice, () => TimeSpan.Zero);
            messages += slice.PerSecond * Slice.TotalSeconds;
            await company.DisconnectAsync();
            Report.Say($"{messages:N0} messages made");
        }
    }

    /// <summary>Copies as a plain program would, to the disk; gives megabytes a second.</summary>
    private static double Copy(string from, string to)
    {
        File.Delete(to);
        var watch = Stopwatch.StartNew();
        Run("cp", from, to);
        Run("sync", to);
        return new FileInfo(to).Length / 1e6 / watch.Elapsed.TotalSeconds;
    }

    private static long Packs(string root)
        => new DirectoryInfo(Path.Combine(root, "backup")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    private static long Count(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM messaging_entry";
        return (long)command.ExecuteScalar()!;
    }

    private static void Tool(string root, params string[] arguments)
    {
        string[] place = arguments.Contains("--data") ? [] : ["--data", Path.Combine(root, "data"), "--keys", Path.Combine(root, "keys")];
        Run(ServerUnderTest.RivetServer(), [.. arguments, .. place]);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("taskset", ["-c", "0,1", program, .. arguments]) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{program} {arguments[0]} ended with {process.ExitCode}."));
        }
    }
}
