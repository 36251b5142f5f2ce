using System.CommandLine;
using System.Globalization;
using System.Resources;
using Rivet.Server.Recovery;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Sealing;

/// <summary>
/// <c>root seal|unseal|show</c>, for the owner of the folders, whether the server runs or not: it reads the file at its start. Sealing a sealed root is how
/// a passphrase is changed.
/// </summary>
internal static class RootSealCommand
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Sealing.RootText", typeof(RootSealCommand).Assembly);

    public static Command Create() => new("root", Say("About")) { Seal(), Unseal(), Show() };

    public static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);

    private static Command Seal()
    {
        var passphraseFile = new Option<string?>("--passphrase-file") { Description = Say("OptionPassphraseFile"), HelpName = "FILE" };
        var passphrase = new Option<bool>("--passphrase") { Description = Say("OptionPassphrase") };
        var tpm = new Option<string?>("--tpm") { Description = Say("OptionTpm"), HelpName = "DEVICE" };
        var command = new Command("seal", Say("AboutSeal")) { passphraseFile, passphrase, tpm };
        command.SetAction((parsed, ct) => RecoverCommand.Guard(async () =>
        {
            RootSealOptions wanted = (parsed.GetValue(passphraseFile), parsed.GetValue(passphrase), parsed.GetValue(tpm)) switch
            {
                ({ } file, false, null) => new() { PassphraseFile = Path.GetFullPath(file) },
                (null, true, null) => new() { Ask = PassphrasePrompt.AskNew },
                (null, false, { } place) => new() { Tpm = place },
                _ => throw new StartupException(Say("OneSeal")),
            };
            var (options, keys) = RecoverCommand.Folders(parsed);
            using var store = StoreBeside.Open(options.DataFolder, []);
            await new RootSealing(store, TimeProvider.System).SealAsync(keys.RootKeyFile, options.RootSeal, wanted, ct);
            Console.WriteLine(Say(wanted.Tpm is null ? "SealedByPassphrase" : "SealedByTpm", keys.RootKeyFile));
            Console.WriteLine(Say("OldBytes"));
            return 0;
        }));
        return command;
    }

    private static Command Unseal()
    {
        var command = new Command("unseal", Say("AboutUnseal"));
        command.SetAction((parsed, ct) => RecoverCommand.Guard(async () =>
        {
            var (options, keys) = RecoverCommand.Folders(parsed);
            using var store = StoreBeside.Open(options.DataFolder, []);
            await new RootSealing(store, TimeProvider.System).UnsealAsync(keys.RootKeyFile, options.RootSeal, ct);
            Console.WriteLine(Say("Unsealed", keys.RootKeyFile));
            return 0;
        }));
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", Say("AboutShow"));
        command.SetAction((parsed, _) => RecoverCommand.Guard(() =>
        {
            var (_, keys) = RecoverCommand.Folders(parsed);
            Console.WriteLine(RootSealing.Find(keys.RootKeyFile) is { } seal ? Say("Is" + seal, keys.RootKeyFile)
                : File.Exists(keys.RootModuleFile) ? Say("IsModule", keys.RootModuleFile)
                : throw new StartupException(Say("NoRootKey", keys.RootKeyFile)));
            return Task.FromResult(0);
        }));
        return command;
    }
}
