using System.CommandLine;
using System.Globalization;
using System.Resources;
using Rivet.Audit;
using Rivet.Kernel;
using Rivet.Server.Startup;

namespace Rivet.Server.Operations;

/// <summary>
/// <c>log</c>: who outside reads and cosigns the platform's own log, and which key signs it. It belongs to no company, so no company's administrator
/// decides that: it is for the owner of the folders, whether the server runs or not.
/// </summary>
internal static class LogCommand
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Operations.LogText", typeof(LogCommand).Assembly);
    private static readonly Option<bool> Yes = new("--yes") { Description = Say("OptionYes") };

    public static Command Create() => new("log", Say("About"))
    {
        Of("show", [], ShowAsync),
        Receipt(),
        new Command("reader", Say("About.reader")) { AddReader(), Of("reader-list", [], ListReadersAsync), RemoveReader() },
        new Command("witness", Say("About.witness")) { AddWitness(), Of("witness-list", [], ListWitnessesAsync), RemoveWitness() },
        new Command("key", Say("About.key")) { ShowKeys(), RotateKey(), RevokeKey() },
    };

    private static async Task ShowAsync(ParseResult parsed, IPlatformLog log, CancellationToken ct)
    {
        if (Take(await log.ReadHeadAsync(ct)) is not { } head)
        {
            await Console.Error.WriteLineAsync(Say("Empty"));
            return;
        }

        Console.WriteLine(head.Key);
        Console.WriteLine();
        Console.Write(head.Checkpoint);
        await Console.Error.WriteLineAsync(Say("Shown", head.Size, Local(head.SealedAt)));
    }

    private static Command Receipt()
    {
        var number = new Argument<long>("EVENT") { Description = Say("ArgumentEvent") };
        var file = new Option<FileInfo?>("--output") { Description = Say("OptionOutput"), HelpName = "FILE" };
        return Of("receipt", [number, file], async (parsed, log, ct) =>
        {
            var receipt = Take(await log.ReadReceiptAsync(parsed.GetRequiredValue(number), ct));
            if (parsed.GetValue(file) is not { } output)
            {
                Console.Write(receipt);
                return;
            }

            await File.WriteAllTextAsync(output.FullName, receipt, ct);
            await Console.Error.WriteLineAsync(Say("ReceiptWritten", output.FullName));
        });
    }

    private static Command AddReader()
    {
        var name = new Argument<string>("NAME") { Description = Say("ArgumentReader") };
        return Of("reader-add", [name], async (parsed, log, ct) =>
        {
            Console.WriteLine(Take(await log.AddReaderAsync(parsed.GetRequiredValue(name), ct)));
            await Console.Error.WriteLineAsync(Say("ReaderAdded"));
        });
    }

    private static async Task ListReadersAsync(ParseResult parsed, IPlatformLog log, CancellationToken ct)
    {
        foreach (var reader in Take(await log.ListReadersAsync(ct)))
        {
            Console.WriteLine($"{Local(reader.AddedAt)}  {reader.Name}");
        }
    }

    private static Command RemoveReader()
    {
        var name = new Argument<string>("NAME") { Description = Say("ArgumentReader") };
        return Of("reader-remove", [name], async (parsed, log, ct) =>
        {
            Take(await log.RemoveReaderAsync(parsed.GetRequiredValue(name), ct));
            Console.WriteLine(Say("ReaderRemoved"));
        });
    }

    private static Command AddWitness()
    {
        var key = new Argument<string>("KEYLINE") { Description = Say("ArgumentWitnessKey") };
        var url = new Argument<string>("URL") { Description = Say("ArgumentWitnessUrl") };
        var certificate = new Option<FileInfo?>("--certificate") { Description = Say("OptionCertificate"), HelpName = "FILE" };
        return Of("witness-add", [key, url, certificate], async (parsed, log, ct) =>
        {
            var pinned = parsed.GetValue(certificate) is { } file ? await File.ReadAllTextAsync(file.FullName, ct) : null;
            Console.WriteLine(Say("WitnessAdded", Take(await log.AddWitnessAsync(parsed.GetRequiredValue(key), parsed.GetRequiredValue(url), pinned, ct)).Name));
        });
    }

    private static async Task ListWitnessesAsync(ParseResult parsed, IPlatformLog log, CancellationToken ct)
    {
        foreach (var witness in Take(await log.ListWitnessesAsync(ct)))
        {
            var state = witness.Failure is { } why ? Say("WitnessFails", why, Local(witness.FailingSince ?? witness.AddedAt))
                : witness.CosignedAt is { } at ? Say("WitnessCosigned", witness.Size, Local(at))
                : Say("WitnessWaits");
            Console.WriteLine($"{witness.Name}  {witness.Url}  {state}");
        }
    }

    private static Command RemoveWitness()
    {
        var name = new Argument<string>("NAME") { Description = Say("ArgumentWitness") };
        return Of("witness-remove", [name], async (parsed, log, ct) =>
        {
            Take(await log.RemoveWitnessAsync(parsed.GetRequiredValue(name), ct));
            Console.WriteLine(Say("WitnessRemoved"));
        });
    }

    private static Command ShowKeys()
    {
        var statements = new Option<bool>("--statements") { Description = Say("OptionStatements") };
        return Of("key-show", [statements], async (parsed, log, ct) =>
        {
            var found = Take(await log.ReadKeysAsync(ct));
            if (parsed.GetValue(statements))
            {
                Console.Write(found.Statements);
                return;
            }

            foreach (var key in found.Keys)
            {
                Console.WriteLine(key switch
                {
                    { RevokedAt: { } at } => Say("KeyRevokedAt", key.Line, key.From, key.Until!, Local(at)),
                    { ReplacedAt: { } at } => Say("KeyReplacedAt", key.Line, key.From, key.Until!, Local(at)),
                    _ => Say("KeyCurrent", key.Line, key.From),
                });
            }
        });
    }

    private static Command RotateKey() => Of("key-rotate", [Yes], async (parsed, log, ct) =>
    {
        Ask(parsed, Say("RotateAsk"));
        Console.WriteLine(Take(await log.RotateKeyAsync(ct)).Keys[^1].Line);
        await Console.Error.WriteLineAsync(Say("Rotated"));
    });

    private static Command RevokeKey()
    {
        var id = new Argument<string>("ID") { Description = Say("ArgumentKey") };
        return Of("key-revoke", [id, Yes], async (parsed, log, ct) =>
        {
            Ask(parsed, Say("RevokeAsk", parsed.GetRequiredValue(id)));
            Console.WriteLine(Take(await log.RevokeKeyAsync(parsed.GetRequiredValue(id), ct)).Keys[^1].Line);
            await Console.Error.WriteLineAsync(Say("Revoked"));
        });
    }

    /// <summary>Neither can be taken back: asked on the terminal, and refused where there is none.</summary>
    private static void Ask(ParseResult parsed, string question)
    {
        if (parsed.GetValue(Yes))
        {
            return;
        }

        Console.Error.WriteLine(question);
        if (Console.IsInputRedirected || Console.ReadLine()?.Trim() is not ("yes" or "是"))
        {
            throw new StartupException(Say("NotAsked"));
        }
    }

    private static Command Of(string name, Symbol[] takes, Func<ParseResult, IPlatformLog, CancellationToken, Task> run)
    {
        var command = new Command(name[(name.LastIndexOf('-') + 1)..], Say($"About.{name}"));
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

        command.Runs(async (parsed, options, ct) =>
        {
            await using var provider = await BesideServer.OpenAsync(options, Say("NoStore", options.DataFolder), ct);
            await run(parsed, provider.GetRequiredService<IPlatformLog>(), ct);
            return 0;
        });
        return command;
    }

    private static T Take<T>(Result<T, AuditRefusal> result) => result.TryGet(out var value, out var why) ? value : throw new StartupException(Say($"Refusal.{why}"));

    private static string Local(DateTimeOffset at) => at.ToLocalTime().ToString("g", CultureInfo.CurrentUICulture);

    private static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);
}
