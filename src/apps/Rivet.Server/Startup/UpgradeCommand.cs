using System.CommandLine;
using System.Globalization;
using System.Resources;
using Rivet.Hosting.Link;
using Rivet.Storage;

namespace Rivet.Server.Startup;

/// <summary><c>upgrade --check</c>: rehearses on a copy what the server does to its store when it first starts after an upgrade.</summary>
internal static class UpgradeCommand
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Startup.UpgradeText", typeof(UpgradeCommand).Assembly);
    private static readonly Option<bool> Check = new("--check") { Description = Say("OptionCheck"), Required = true };
    private static readonly Option<string?> Work = new("--work") { Description = Say("OptionWork"), HelpName = "DIR" };

    public static Command Create()
    {
        var command = new Command("upgrade", Say("Upgrade")) { Check, Work };
        command.SetAction(parsed => BackupCommands.RunAsProgram(parsed, Rehearse));
        return command;
    }

    /// <summary>Says on a terminal how far an upgrade is, and wherever errors go where the store from before is kept.</summary>
    public static Action<UpgradeProgress> Teller()
    {
        var line = new ProgressLine(string.Empty);
        return progress =>
        {
            if (progress.Stage is UpgradeStage.Kept)
            {
                line.Dispose();
                Console.Error.WriteLine(Say("Kept", progress.Total, progress.Subject));
            }
            else
            {
                line.Report(() => Describe(progress));
            }
        };
    }

    private static int Rehearse(ParseResult parsed, CancellationToken ct)
    {
        if (!parsed.GetValue(Check))
        {
            throw new StartupException(Say("Upgrade"));
        }

        Background.Enter();
        var options = ServerCommand.Read(parsed, Environment.GetEnvironmentVariable);
        var rootKey = KeysFolder.FindRootKey(options.DataFolder, options.KeysFolder);
        var work = parsed.GetValue(Work) is { } given ? Path.GetFullPath(given) : null;
        if (work is not null && !Directory.Exists(work))
        {
            throw new StartupException(Say("NoWork", work));
        }

        var services = Modules.OverStore(options, rootKey);
        using var progress = new ProgressLine(string.Empty);
        var report = new UpgradeRehearsal(Modules.MigrationsOf(services), TimeProvider.System).Run(
            options.DataFolder, work, folder => OpenAsync(folder, options, rootKey, ct).GetAwaiter().GetResult(), told => progress.Report(() => Describe(told)), ct);
        progress.Dispose();
        Print(report, options.DataFolder);
        return report.LacksRoom ? StartFailure.RefusedStore : 0;
    }

    /// <summary>Lets everything of this program that has tables start on the copy, and opens the server's keys.</summary>
    private static async Task OpenAsync(string folder, ServerOptions options, string rootKey, CancellationToken ct)
    {
        var services = Modules.OverStore(options with { DataFolder = folder, Quota = 0 }, rootKey).AddLogging();
        await using var provider = services.BuildServiceProvider();
        var parts = provider.GetServices<IHostedService>().ToArray();
        foreach (var part in parts)
        {
            await part.StartAsync(ct);
        }

        await provider.GetRequiredService<IServerIdentity>().GetStaticAsync(ct);
        foreach (var part in parts.Reverse())
        {
            await part.StopAsync(ct);
        }
    }

    private static void Print(UpgradeReport report, string dataFolder)
    {
        Console.WriteLine(Say(report.Pending.Count == 0 ? "UpToDate" : "Pending", dataFolder, report.From, report.To, report.Pending.Count));
        foreach (var name in report.Pending)
        {
            Console.WriteLine($"  {name}");
        }

        Console.WriteLine(Say("Rows", report.Tables.Sum(table => table.Before ?? 0), report.Tables.Sum(table => table.After ?? 0), report.Tables.Count));
        foreach (var table in report.Tables.Where(table => table.Before != table.After))
        {
            Console.WriteLine($"  {table.Name}: {table.Before?.ToString(CultureInfo.CurrentUICulture) ?? "-"} → {table.After?.ToString(CultureInfo.CurrentUICulture) ?? "-"}");
        }

        Console.WriteLine(Say("Sound"));
        if (report.Pending.Count > 0)
        {
            Console.WriteLine(Say("Took", Seconds(report.Took), Mebibytes(report.TakenBytes), Mebibytes(report.NeededBytes), Mebibytes(report.FreeBytes)));
        }

        if (report.LacksRoom)
        {
            Console.Error.WriteLine($"rivet: {Say("LacksRoom", Mebibytes(report.NeededBytes), dataFolder, Mebibytes(report.FreeBytes))}");
        }
    }

    private static string Describe(UpgradeProgress progress) => progress.Stage is UpgradeStage.Copying
        ? Say("Copying", Mebibytes(progress.Done), Mebibytes(progress.Total))
        : Say(progress.Stage.ToString(), progress.Subject);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("N1", CultureInfo.CurrentUICulture);

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("N1", CultureInfo.CurrentUICulture);

    private static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);
}
