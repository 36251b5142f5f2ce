using System.CommandLine;
using System.Globalization;
using Rivet.Server.Certificates;
using Rivet.Server.Doctor;
using Rivet.Server.Operations;
using Rivet.Server.Recovery;
using Rivet.Server.Sealing;
using Rivet.Vault;

namespace Rivet.Server.Startup;

/// <summary>The command line. An option that is not given is looked up as <c>RIVET_DATA</c>, <c>RIVET_PORT</c> and so on.</summary>
internal static class ServerCommand
{
    private const int DefaultPort = 8443;
    private static readonly Option<string?> Data = new("--data") { Description = "The data folder (RIVET_DATA); ./data", Recursive = true };
    private static readonly Option<string?> Keys = new("--keys") { Description = "The folder of the root keys, outside the data folder (RIVET_KEYS); ~/.config/rivet/keys/STORE", Recursive = true };
    private static readonly Option<string?> KeyModule = new("--key-module") { Description = "The PKCS#11 library of the key module that holds the root key of a new server (RIVET_KEY_MODULE); remembered in the keys folder", HelpName = "LIBRARY" };
    private static readonly Option<string?> Token = new("--token") { Description = "The label of its token (RIVET_TOKEN)", HelpName = "LABEL" };
    private static readonly Option<string?> PinFile = new("--pin-file") { Description = "The file of the token's user PIN, mode 0600 (RIVET_PIN_FILE)", HelpName = "FILE" };
    private static readonly Option<string?> RootPassphraseFile = new("--root-passphrase-file") { Description = "The file of the passphrase that seals the root key's file, mode 0600 (RIVET_ROOT_PASSPHRASE_FILE); without it the service's credential, or asked on a terminal", HelpName = "FILE", Recursive = true };
    private static readonly Option<string?> RootTpm = new("--root-tpm") { Description = "The TPM 2.0 that seals a new root key's file: /dev/tpmrm0 (RIVET_ROOT_TPM); remembered in the file", HelpName = "DEVICE", Recursive = true };
    private static readonly Option<string?> Port = new("--port") { Description = "The port of everything, 0 for a free one (RIVET_PORT); 8443" };
    private static readonly Option<string[]> Host = new("--host") { Description = "A name or address people reach the server by, the first is the public one (RIVET_HOST, separated by commas); with any but localhost it listens on every address" };
    private static readonly Option<string?> Quota = new("--quota") { Description = "Largest size of the database in MiB (RIVET_QUOTA); no limit" };
    private static readonly Option<bool> BoundOnly = new("--bound-links-only") { Description = "Refuse links that cannot be bound to their TLS channel: those of browsers" };
    private static readonly Option<bool> BehindProxy = new("--behind-proxy") { Description = "All connections come from a proxy's address: bound them in all, not by address" };
    private static readonly Option<bool> ExportsInside = new("--exports-inside") { Description = "Exports of security logs may go to this machine, and webhooks into private networks" };
    private static readonly Option<bool> KeyServerHere = new("--key-server-here") { Description = "A company's own key server may be on this very machine: for trying it out." };
    private static readonly Option<bool> Json = new("--json") { Description = "Announce the server in one line of JSON, and log so" };

    public static RootCommand Create(Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new RootCommand("The Rivet server.") { Data, Keys, KeyModule, Token, PinFile, RootPassphraseFile, RootTpm, Port, Host, Quota, BoundOnly, BehindProxy, ExportsInside, KeyServerHere, Json };
        command.Subcommands.Add(BackupCommands.Backup());
        command.Subcommands.Add(CertificateCommand.Create(Data, Keys));
        command.Subcommands.Add(DoctorCommand.Create(Data, Keys, Port, Host));
        command.Subcommands.Add(EventsCommand.Create());
        command.Subcommands.Add(LogCommand.Create());
        command.Subcommands.Add(BackupCommands.Restore());
        command.Subcommands.Add(RecoverCommand.Create(Host, Port));
        command.Subcommands.Add(RootSealCommand.Create());
        command.Subcommands.Add(UpgradeCommand.Create());
        command.SetAction(run);
        return command;
    }

    /// <summary>Reads what was given, here or in the environment.</summary>
    /// <exception cref="StartupException">A value is not what its option takes.</exception>
    public static ServerOptions Read(ParseResult parsed, Func<string, string?> environment)
    {
        var (data, keys) = ReadFolders(parsed, Data, Keys, environment);
        return new ServerOptions
        {
            DataFolder = data,
            KeysFolder = keys,
            RootModule = ReadModule(
                Given(parsed.GetValue(KeyModule), "RIVET_KEY_MODULE"), Given(parsed.GetValue(Token), "RIVET_TOKEN"), Given(parsed.GetValue(PinFile), "RIVET_PIN_FILE")),
            RootSeal = ReadSeal(
                Given(parsed.GetValue(RootPassphraseFile), "RIVET_ROOT_PASSPHRASE_FILE"), Given(parsed.GetValue(RootTpm), "RIVET_ROOT_TPM"), environment("CREDENTIALS_DIRECTORY"), parsed.GetValue(Json)),
            Port = (int)Number("--port", Given(parsed.GetValue(Port), "RIVET_PORT"), DefaultPort, 65535),
            Hosts = ReadHosts(parsed.GetValue(Host) is { Length: > 0 } given ? given : environment("RIVET_HOST")?.Split(',') ?? []),
            Quota = Number("--quota", Given(parsed.GetValue(Quota), "RIVET_QUOTA"), 0, 1L << 40) << 20,
            BoundOnly = parsed.GetValue(BoundOnly),
            BehindProxy = parsed.GetValue(BehindProxy),
            ExportsInside = parsed.GetValue(ExportsInside),
            KeyServerHere = parsed.GetValue(KeyServerHere),
            Json = parsed.GetValue(Json),
        };

        string? Given(string? value, string variable) => Or(value, environment(variable));
    }

    /// <summary>The two folders, absolute; no keys folder means the default for the data.</summary>
    public static (string Data, string? Keys) ReadFolders(ParseResult parsed, Option<string?> data, Option<string?> keys, Func<string, string?> environment)
    {
        var given = Or(parsed.GetValue(keys), environment("RIVET_KEYS"));
        return (Path.GetFullPath(Or(parsed.GetValue(data), environment("RIVET_DATA")) ?? "data"), given is null ? null : Path.GetFullPath(given));
    }

    private static RootModuleOptions? ReadModule(string? library, string? token, string? pinFile) => (library, token, pinFile) switch
    {
        (null, null, null) => null,
        ({ } path, { } label, { } pin) => new() { Library = Path.GetFullPath(path), Token = label, PinFile = Path.GetFullPath(pin) },
        _ => throw new StartupException("--key-module, --token and --pin-file belong together: name all three, once; the keys folder remembers them."),
    };

    private static RootSealOptions ReadSeal(string? passphraseFile, string? tpm, string? credentials, bool isJson)
        => passphraseFile is not null && tpm is not null
            ? throw new StartupException("--root-passphrase-file and --root-tpm exclude each other: the root key's file is sealed by one of them.")
            : new()
            {
                PassphraseFile = passphraseFile is null ? null : Path.GetFullPath(passphraseFile),
                Tpm = tpm,
                CredentialsFolder = credentials,
                Ask = isJson ? null : PassphrasePrompt.Ask,
            };

    private static string? Or(string? value, string? variable) => value ?? (variable is { Length: > 0 } ? variable : null);

    private static long Number(string option, string? text, long fallback, long most)
        => text is null ? fallback
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
            : throw new StartupException($"{option} takes a number from 0 to {most.ToString(CultureInfo.InvariantCulture)}, not \"{text}\".");

    private static string[] ReadHosts(string[] given)
    {
        var hosts = given.Select(host => host.Trim().ToLowerInvariant()).Where(host => host.Length > 0).Distinct().ToArray();
        return Array.Find(hosts, host => Uri.CheckHostName(host) == UriHostNameType.Unknown || host.Any(character => !char.IsAscii(character))) is { } wrong
            ? throw new StartupException($"--host takes a host name or an address in ASCII, not \"{wrong}\".")
            : hosts is [] ? ["localhost"] : hosts;
    }
}
