using System.CommandLine;
using Rivet.Client;
using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Kernel;

namespace Rivet.Cli;

/// <summary>What a command works with: the texts, the output, and this home's client.</summary>
internal sealed class Session : IAsyncDisposable
{
    private Session(RivetClient client, ClientHome home, Words words, bool json, TextWriter output, TextWriter error)
    {
        Client = client;
        OwnHome = home;
        Words = words;
        Json = json;
        Output = output;
        Error = error;
        Names = new Names(client, words);
    }

    public RivetClient Client { get; }

    /// <summary>The home that is open.</summary>
    public ClientHome OwnHome { get; }

    public Names Names { get; }

    public Words Words { get; }

    public bool Json { get; }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Opens this home; ends the command when there is none.</summary>
    public static Session Open(ParseResult parsed, Options options)
    {
        var words = options.Words;
        var passphrase = ReadPassphrase(parsed, options);
        var home = Home(parsed, options, passphrase);
        if (passphrase is null && DeviceContainer.Look(home.Place) is { IsOk: true, Value: Protection.Passphrase })
        {
            passphrase = AskPassphrase(words);
            home = home with { Passphrase = passphrase };
        }

        if (!NativeClient.Open(home, TimeProvider.System).TryGet(out var client, out var why))
        {
            throw new CliExit(ExitCode.Home, words.Say(why));
        }

        return new Session(
            client, home, words, parsed.GetValue(options.Json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
    }

    /// <summary>Starts the link and waits until everything is here; without a link the command goes on with what is stored, and says so.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        Client.Start();
        var status = await Client.CaughtUpAsync(TimeSpan.FromMinutes(2), ct);
        if (status.Phase is not LinkPhase.Online)
        {
            await Error.WriteLineAsync(Words["offline.showing-stored", Words.Say(new ClientRefusal(status.Reason.Length > 0 ? status.Reason : ClientRefusal.Offline))]);
        }
    }

    /// <summary>Takes the value, or ends the command with what the refusal says.</summary>
    public T Take<T>(Result<T, ClientRefusal> result) => result.TryGet(out var value, out var why) ? value : throw Refused(why);

    public CliExit Refused(ClientRefusal why) => Refused(why, Words);

    public static CliExit Refused(ClientRefusal why, Words words) => new(
        why.Reason switch
        {
            ClientRefusal.Queued => ExitCode.Queued,
            ClientRefusal.Offline or "link.unreachable" or "link.unavailable" => ExitCode.Offline,
            _ when why.Reason.StartsWith("container.", StringComparison.Ordinal) || why.Reason is ClientRefusal.NotJoined or ClientRefusal.AlreadyJoined => ExitCode.Home,
            _ when why.Reason.StartsWith("link.", StringComparison.Ordinal) && why.Code is 0 => ExitCode.LinkEnded,
            _ => ExitCode.Refused,
        },
        words.Say(why));

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        OwnHome.Passphrase?.Dispose();
    }

    /// <summary>Where the home is: the option, else RIVET_HOME, else the default profile.</summary>
    public static ClientHome Home(ParseResult parsed, Options options, Passphrase? passphrase)
    {
        var folder = parsed.GetValue(options.Home) ?? Environment.GetEnvironmentVariable("RIVET_HOME");
        if (string.IsNullOrEmpty(folder))
        {
            // Not verified: on a fresh account the folder is not there yet, and a verified path would then be empty.
            var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            folder = Path.Combine(local, "rivet", "default");
        }

        return new ClientHome { Place = new ContainerPlace { Home = Path.GetFullPath(folder) }, Passphrase = passphrase };
    }

    /// <summary>The passphrase from the file given, without its last line break; null when none is given.</summary>
    public static Passphrase? ReadPassphrase(ParseResult parsed, Options options)
    {
        if (parsed.GetValue(options.PassphraseFile) is not { } path)
        {
            return null;
        }

        try
        {
            return Passphrase.TryCreate(File.ReadAllText(path).TrimEnd('\r', '\n'), out var passphrase)
                ? passphrase
                : throw new CliExit(ExitCode.Usage, options.Words["passphrase.bad-file", Plain.Line(path)]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliExit(ExitCode.Usage, options.Words["passphrase.bad-file", Plain.Line(path)]);
        }
    }

    private static Passphrase? AskPassphrase(Words words)
    {
        if (Console.IsInputRedirected)
        {
            return null;
        }

        // Looking for a key switches the terminal's echo off. Asked first, whoever answers at once, or pastes, would see the passphrase on the screen.
        _ = Console.KeyAvailable;
        Console.Error.Write(words["passphrase.ask"]);
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return Passphrase.TryCreate(typed.ToString(), out var passphrase) ? passphrase : null;
    }
}
