using System.CommandLine;
using System.Globalization;
using System.Resources;
using Rivet.Certificates;
using Rivet.Server.Startup;
using Rivet.Storage;

namespace Rivet.Server.Recovery;

/// <summary>
/// <c>recover administrator|split|combine</c>, for the owner of the folders, whether the server runs or not. Whoever may run them can read the root
/// key, and so has everything already: they give nobody a power, only a way.
/// </summary>
internal static class RecoverCommand
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Recovery.RecoverText", typeof(RecoverCommand).Assembly);

    public static Command Create(Option<string[]> host, Option<string?> port) => new("recover", Say("About"))
    {
        Administrator(host, port),
        Split(),
        Combine(),
    };

    public static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);

    private static Command Administrator(Option<string[]> host, Option<string?> port)
    {
        var person = new Option<string>("--person") { Description = Say("OptionPerson"), Required = true, HelpName = "NAME" };
        var isNew = new Option<bool>("--new") { Description = Say("OptionNew") };
        var command = new Command("administrator", Say("AboutAdministrator")) { person, isNew, host, port };
        command.SetAction((parsed, ct) => Guard(async () =>
        {
            var (options, keys) = Folders(parsed);

            // Asked first: the vault would make a root where there is none, and the desk a folder.
            if (!keys.HasRoot)
            {
                throw new StartupException(Say("NoRootKey", keys.RootKeyFile));
            }

            var known = parsed.GetValue(host) is { Length: > 0 } || Environment.GetEnvironmentVariable("RIVET_HOST") is { Length: > 0 };
            var publicHost = known ? options.PublicHost : new CertificateDesk(keys.CertificatesFolder, TimeProvider.System).Show().Hosts.FirstOrDefault(options.PublicHost);
            return await AdministratorWord.RunAsync(options, keys, (publicHost, options.Port), parsed.GetRequiredValue(person), parsed.GetValue(isNew), ct);
        }));
        return command;
    }

    private static Command Split()
    {
        var shares = new Option<int>("--shares") { Description = Say("OptionShares"), Required = true, HelpName = "N" };
        var threshold = new Option<int>("--threshold") { Description = Say("OptionThreshold"), Required = true, HelpName = "K" };
        var backupKey = BackupKey();
        var command = new Command("split", Say("AboutSplit")) { shares, threshold, backupKey };
        command.SetAction((parsed, ct) => Guard(async () =>
        {
            var (count, needed) = (parsed.GetValue(shares), parsed.GetValue(threshold));
            SplitWord.Check(count, needed);
            if (parsed.GetValue(backupKey) is { } file)
            {
                SplitWord.OfBackupKey(Path.GetFullPath(file), count, needed, Console.Out);
                return 0;
            }

            var (options, keys) = Folders(parsed);
            await SplitWord.OfRootAsync(options.DataFolder, keys.RootKeyFile, options.RootSeal, count, needed, Console.Out, ct);
            return 0;
        }));
        return command;
    }

    private static Command Combine()
    {
        var backupKey = BackupKey();
        var command = new Command("combine", Say("AboutCombine")) { backupKey };
        command.SetAction((parsed, ct) => Guard(async () =>
        {
            if (parsed.GetValue(backupKey) is { } file)
            {
                return CombineWord.ToBackupKey(Path.GetFullPath(file), Asked());
            }

            var (options, keys) = Folders(parsed);
            return await CombineWord.ToRootAsync(options.DataFolder, keys.RootKeyFile, options.RootSeal, Asked(), ct);
        }));
        return command;
    }

    private static ShareDesk Asked() => new(Console.OpenStandardInput(), Console.Error, !Console.IsInputRedirected);

    private static Option<string?> BackupKey() => new("--backup-key") { Description = Say("OptionBackupKey"), HelpName = "FILE" };

    internal static (ServerOptions Options, KeysFolder Keys) Folders(ParseResult parsed)
    {
        var options = ServerCommand.Read(parsed, Environment.GetEnvironmentVariable);
        return File.Exists(StoreFile.PathIn(options.DataFolder))
            ? (options, KeysFolder.Find(options.DataFolder, options.KeysFolder))
            : throw new StartupException(Say("NoStore", options.DataFolder));
    }

    internal static async Task<int> Guard(Func<Task<int>> run)
    {
        try
        {
            ProcessHardening.Apply();
            return await run();
        }
        catch (Exception failed) when (StartFailure.Explain(failed) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"rivet: {sentence}");
            return 1;
        }
    }
}
