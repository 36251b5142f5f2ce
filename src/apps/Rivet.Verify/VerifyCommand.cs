using System.CommandLine;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>The command line: <c>rivet verify fetch|log|receipt</c>.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string> Folder = new("FOLDER") { Description = Words.Of("argument.folder") };

    public static RootCommand Create(TextWriter output, TextWriter error) => new(Words.Of("command"))
    {
        Fetch(output, error),
        Log(output, error),
        Receipt(output, error),
    };

    private static Command Fetch(TextWriter output, TextWriter error)
    {
        var url = new Argument<string>("URL") { Description = Words.Of("argument.url") };
        var token = new Option<string?>("--token") { Description = Words.Of("option.token"), HelpName = "FILE" };
        var certificate = new Option<string?>("--certificate") { Description = Words.Of("option.certificate"), HelpName = "FILE" };
        var command = new Command("fetch", Words.Of("command.fetch")) { url, Folder, token, certificate };
        return Run(command, error, async (parsed, ct) =>
        {
            using var server = LogServer.Open(parsed.GetValue(url)!, parsed.GetValue(token), parsed.GetValue(certificate));
            var folder = new MirrorFolder(Path.GetFullPath(parsed.GetValue(Folder)!));
            var fetched = await new Fetch(server, folder, new Progress(error, TimeProvider.System)).RunAsync(ct);
            if (fetched.SizeBefore > fetched.Size)
            {
                await error.WriteLineAsync(Words.Of("fetch.shrunk", fetched.Size, fetched.SizeBefore));
            }

            await output.WriteLineAsync(Words.Of("fetch.done", fetched.Origin, fetched.Size, fetched.Files, folder.Path));
            return ExitCode.Intact;
        });
    }

    private static Command Log(TextWriter output, TextWriter error)
    {
        var known = new KnowledgeOptions();
        var json = new Option<bool>("--json") { Description = Words.Of("option.json") };
        var command = new Command("log", Words.Of("command.log")) { Folder, json };
        known.AddTo(command);
        return Run(command, error, async (parsed, ct) =>
        {
            var folder = new MirrorFolder(Path.GetFullPath(parsed.GetValue(Folder)!));
            var knowledge = known.Of(parsed);
            var judgement = await new LogCheck(folder, knowledge, new Progress(error, TimeProvider.System)).RunAsync(ct);
            if (judgement is { Verdict: Verdict.Intact, Newest: { } newest })
            {
                knowledge.Remembered?.Keep(judgement.Chain!.Last, newest.Note, judgement.Statements);
            }

            if (parsed.GetValue(json))
            {
                JsonReport.Write(judgement, output);
            }
            else
            {
                HumanReport.Write(judgement, folder.Path, output);
            }

            return CodeOf(judgement.Verdict);
        });
    }

    private static Command Receipt(TextWriter output, TextWriter error)
    {
        var file = new Argument<string>("FILE") { Description = Words.Of("argument.receipt") };
        var known = new KnowledgeOptions();
        var json = new Option<bool>("--json") { Description = Words.Of("option.json") };
        var command = new Command("receipt", Words.Of("command.receipt")) { file, json };
        known.AddTo(command);
        return Run(command, error, async (parsed, ct) =>
        {
            var name = parsed.GetValue(file)!;
            var judgement = await new ReceiptCheck(name, known.Of(parsed)).RunAsync(ct);
            if (parsed.GetValue(json))
            {
                ReceiptReport.WriteJson(judgement, output);
            }
            else
            {
                ReceiptReport.Write(judgement, name, output);
            }

            return CodeOf(judgement.Verdict);
        });
    }

    private static int CodeOf(Verdict verdict) => verdict switch
    {
        Verdict.Intact => ExitCode.Intact,
        Verdict.NotIntact => ExitCode.Found,
        _ => ExitCode.CannotJudge,
    };

    private static Command Run(Command command, TextWriter error, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, ct) =>
        {
            try
            {
                return await run(parsed, ct);
            }
            catch (Exception exception) when (exception is VerifyException or IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"rivet verify: {exception.Message}");
                return ExitCode.CannotJudge;
            }
        });
        return command;
    }
}
