using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Rivet.Transparency;

namespace Rivet.Witness;

/// <summary>The command line: <c>rivet witness init|watch|rekey|show|run</c>.</summary>
internal static class WitnessCommand
{
    private static readonly Option<string> Folder = new("--folder") { Description = Words.Of("option.folder"), DefaultValueFactory = _ => "witness", Recursive = true };

    public static RootCommand Create(TextWriter output, TextWriter error) => new(Words.Of("command"))
    {
        Folder,
        Init(output, error),
        Watch(output, error),
        Rekey(output, error),
        Show(output, error),
        Run(output, error),
    };

    private static Command Init(TextWriter output, TextWriter error)
    {
        var name = new Option<string>("--name") { Description = Words.Of("option.name"), Required = true };
        return Of("init", [name], error, async parsed =>
        {
            using var folder = WitnessFolder.Create(Path.GetFullPath(parsed.GetValue(Folder)!), parsed.GetValue(name)!);
            await output.WriteLineAsync(folder.PublicKey.ToString());
            await error.WriteLineAsync(Words.Of("init.done"));
        });
    }

    private static Command Watch(TextWriter output, TextWriter error)
    {
        var log = new Argument<string>("LOG") { Description = Words.Of("argument.log") };
        return Of("watch", [log], error, async parsed =>
        {
            var key = KeyOf(parsed.GetValue(log));
            using var folder = Open(parsed);
            if (!folder.Logs.Add(key))
            {
                throw new WitnessException(Words.Of("log.known", key.Name));
            }

            await output.WriteLineAsync(Words.Of("watch.done", key.Name));
        });
    }

    /// <summary>The operator's word alone changes a log's key: whoever stole the old one could sign a statement for a key of their own.</summary>
    private static Command Rekey(TextWriter output, TextWriter error)
    {
        var log = new Argument<string>("LOG") { Description = Words.Of("argument.log") };
        return Of("rekey", [log], error, async parsed =>
        {
            var key = KeyOf(parsed.GetValue(log));
            using var folder = Open(parsed);
            if (!folder.Logs.Replace(key))
            {
                throw new WitnessException(Words.Of("rekey.unknown", key.Name));
            }

            await output.WriteLineAsync(Words.Of("rekey.done", key.Name, key.Id.ToString("x8", CultureInfo.InvariantCulture)));
        });
    }

    private static NoteKey KeyOf(string? line)
        => NoteKey.TryParse(line, out var key) && key.Kind is NoteKeyKind.Ed25519 ? key : throw new WitnessException(Words.Of("log.wrong"));

    private static Command Show(TextWriter output, TextWriter error) => Of("show", [], error, async parsed =>
    {
        using var folder = Open(parsed);
        await output.WriteLineAsync(folder.PublicKey.ToString());
        foreach (var (key, tree) in folder.Logs.All())
        {
            await output.WriteLineAsync(tree.Note.Length == 0
                ? Words.Of("show.never", key.Name)
                : Words.Of("show.log", key.Name, tree.Size, Convert.ToBase64String(tree.Root), tree.At.ToString("u")));
        }
    });

    private static Command Run(TextWriter output, TextWriter error)
    {
        var port = new Option<int>("--port") { Description = Words.Of("option.port"), DefaultValueFactory = _ => 8444 };
        var address = new Option<string>("--address") { Description = Words.Of("option.address"), DefaultValueFactory = _ => "127.0.0.1" };
        var certificate = new Option<string?>("--certificate") { Description = Words.Of("option.certificate") };
        var key = new Option<string?>("--certificate-key") { Description = Words.Of("option.certificate-key") };
        return Of("run", [port, address, certificate, key], error, async parsed =>
        {
            using var folder = Open(parsed);
            var where = IPAddress.TryParse(parsed.GetValue(address), out var ip) ? ip : throw new WitnessException(Words.Of("address.wrong"));
            using var shown = ReadCertificate(parsed.GetValue(certificate), parsed.GetValue(key));
            await using var app = WitnessServer.Build(folder, where, parsed.GetValue(port), shown, TimeProvider.System);
            await app.StartAsync();
            await output.WriteLineAsync(Words.Of("run.ready", app.Urls.First()));
            await app.WaitForShutdownAsync();
        });
    }

    private static Command Of(string name, Symbol[] takes, TextWriter error, Func<ParseResult, Task> run)
    {
        var command = new Command(name, Words.Of($"command.{name}"));
        foreach (var symbol in takes)
        {
            if (symbol is Option option)
            {
                command.Options.Add(option);
            }
            else
            {
                command.Arguments.Add((Argument)symbol);
            }
        }

        command.SetAction(async (parsed, _) =>
        {
            try
            {
                await run(parsed);
                return 0;
            }
            catch (Exception exception) when (exception is WitnessException or IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"rivet witness: {exception.Message}");
                return 1;
            }
        });
        return command;
    }

    private static WitnessFolder Open(ParseResult parsed) => WitnessFolder.Open(Path.GetFullPath(parsed.GetValue(Folder)!));

    private static X509Certificate2? ReadCertificate(string? file, string? key)
    {
        try
        {
            return file is null ? null : X509Certificate2.CreateFromPemFile(file, key);
        }
        catch (CryptographicException)
        {
            throw new WitnessException(Words.Of("certificate.wrong", file!));
        }
    }
}
