using System.CommandLine;
using System.Globalization;
using System.Resources;
using System.Runtime.InteropServices;
using Rivet.Backup;
using Rivet.Storage;

namespace Rivet.Server.Startup;

/// <summary><c>backup init|run|verify|expire</c> and <c>restore</c>: programs of their own beside the server, over the same folders.</summary>
internal static class BackupCommands
{
    private const int DefaultWindowDays = 30;
    private static readonly ResourceManager Texts = new("Rivet.Server.Startup.BackupText", typeof(BackupCommands).Assembly);
    private static readonly Option<string> To = Place("--to", "OptionTo");
    private static readonly Option<string> From = Place("--from", "OptionFrom");
    private static readonly Option<string> Epochs = Place("--epochs", "OptionEpochs");
    private static readonly Option<string> RecoveryKey = Place("--recovery-key", "OptionRecoveryKey");
    private static readonly Option<int> WindowDays = new("--window-days") { Description = Say("OptionWindow"), DefaultValueFactory = _ => DefaultWindowDays };
    private static readonly Option<int?> Run = new("--run") { Description = Say("OptionRun") };
    private static readonly Option<bool> All = new("--all") { Description = Say("OptionAll") };

    public static Command Backup() => new("backup", Say("Backup"))
    {
        Of("init", [To, Epochs, RecoveryKey, WindowDays], Init),
        Of("run", [All], Make),
        Of("verify", [From, Epochs, RecoveryKey, Run], Verify),
        Of("expire", [Epochs], Expire),
    };

    public static Command Restore() => Of("restore", [From, Epochs, RecoveryKey, Run], Restore);

    private static void Init(ParseResult parsed, CancellationToken ct)
    {
        var plan = Plan(parsed);
        BackupSetup.Create(plan, Full(parsed, To), Full(parsed, Epochs), Full(parsed, RecoveryKey), parsed.GetValue(WindowDays));
        Console.WriteLine(Say("InitDone", Full(parsed, To), Full(parsed, Epochs), parsed.GetValue(WindowDays), Full(parsed, RecoveryKey)));
    }

    private static void Make(ParseResult parsed, CancellationToken ct)
    {
        Background.Enter();
        using var progress = new ProgressLine(Say("Reading"));
        var made = new BackupRun(Plan(parsed), TimeProvider.System).Execute(parsed.GetValue(All), progress.Report, ct);
        progress.Dispose();
        foreach (var pack in made.LostPacks)
        {
            Console.Error.WriteLine(Say("LostPack", pack));
        }

        Console.WriteLine(Say("RunDone", made.Number, Mebibytes(made.Read), Mebibytes(made.Stored), Day(made.OpensUntil)));
    }

    private static void Verify(ParseResult parsed, CancellationToken ct)
    {
        using var progress = new ProgressLine(Say("Checking"));
        var (number, at, bytes) = BackupCheck.Verify(PlaceOf(parsed), TimeProvider.System, progress.Report, ct);
        progress.Dispose();
        Console.WriteLine(Say("VerifyDone", number, Day(at), Mebibytes(bytes)));
    }

    private static void Expire(ParseResult parsed, CancellationToken ct)
        => Console.WriteLine(Say("ExpireDone", BackupCheck.Expire(Full(parsed, Epochs), TimeProvider.System)));

    private static void Restore(ParseResult parsed, CancellationToken ct)
    {
        using var progress = new ProgressLine(Say("Restoring"));
        var options = ServerCommand.Read(parsed, Environment.GetEnvironmentVariable);
        var done = BackupRestore.Execute(
            PlaceOf(parsed), options.DataFolder, name => options.KeysFolder ?? KeysFolder.DefaultFor(name), TimeProvider.System, progress.Report, ct);
        progress.Dispose();
        foreach (var reason in done.PassedOver)
        {
            Console.Error.WriteLine(Say("PassedOver", reason));
        }

        Console.WriteLine(Say("RestoreDone", done.Number, Day(done.At), options.DataFolder, done.KeysFolder));
    }

    private static Command Of(string name, IEnumerable<Option> options, Action<ParseResult, CancellationToken> work)
    {
        var command = new Command(name, Say("Command." + name));
        foreach (var option in options)
        {
            command.Add(option);
        }

        command.SetAction(parsed => RunAsProgram(parsed, (given, ct) =>
        {
            work(given, ct);
            return 0;
        }));
        return command;
    }

    /// <summary>Runs a command that can be stopped at any time; gives its exit code.</summary>
    public static int RunAsProgram(ParseResult parsed, Func<ParseResult, CancellationToken, int> work)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            ProcessHardening.Apply();
            return work(parsed, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine($"rivet: {Say("Stopped")}");
            return 1;
        }
        catch (Exception exception) when (StartFailure.Explain(exception) is { } sentence)
        {
            Console.Error.WriteLine($"rivet: {sentence}");
            return StartFailure.CodeOf(exception);
        }
    }

    private static BackupPlan Plan(ParseResult parsed)
    {
        var options = ServerCommand.Read(parsed, Environment.GetEnvironmentVariable);
        return File.Exists(StoreFile.PathIn(options.DataFolder))
            ? Modules.BackupOf(options.DataFolder, KeysFolder.Open(options).Path)
            : throw new StartupException(Say("NoStore", options.DataFolder));
    }

    private static BackupPlace PlaceOf(ParseResult parsed) => new()
    {
        Folder = Full(parsed, From),
        Epochs = Full(parsed, Epochs),
        RecoveryKeyFile = Full(parsed, RecoveryKey),
        Run = parsed.GetValue(Run),
    };

    private static string Full(ParseResult parsed, Option<string> option) => Path.GetFullPath(parsed.GetRequiredValue(option));

    private static Option<string> Place(string name, string text) => new(name) { Description = Say(text), Required = true, HelpName = "PATH" };

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("N1", CultureInfo.CurrentUICulture);

    private static string Day(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);
}
