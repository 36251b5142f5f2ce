using System.CommandLine;
using System.Text.Json;
using Rivet.Client;
using Rivet.Client.Slack;
using Rivet.Kernel;
using Rivet.Wire;
using Spectre.Console;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet import slack FILE</c>: brings the history of a Slack export archive to the company.</summary>
internal static class ImportCommands
{
    public static Command Build(Options options) => new("import", options.Words["command.import"]) { Slack(options) };

    private static Command Slack(Options options)
    {
        var file = new Argument<string>("FILE") { Description = options.Words["argument.archive"] };
        return CommandShape.Of("slack", options, [file], async (parsed, session, ct) =>
        {
            using var archive = Open(parsed.GetValue(file)!, session.Words);
            session.Client.Start();
            session.Take(await session.Client.WhoAmIAsync(ct));
            var result = await ShowingAsync(session, bar => new SlackImporter(session.Client, TimeProvider.System)
                .ImportAsync(archive, session.Words.Culture, bar, ct));
            if (!result.TryGet(out var report, out var failure))
            {
                Write(session, failure.SoFar, failure);
                throw Stopped(failure, session.Words);
            }

            Write(session, report, failure: null);
        });
    }

    private static SlackArchive Open(string path, Words words)
    {
        try
        {
            return SlackArchive.Open(path, new SlackArchiveLimits()).TryGet(out var archive, out var damage)
                ? archive
                : throw new CliExit(ExitCode.Fault, words["import.damaged", Place(damage, words), words.Kind("damage", damage.Kind), 0]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliExit(ExitCode.Usage, words["file.unreadable", Plain.Line(path)]);
        }
    }

    /// <summary>A bar on a terminal's error output; nothing where there is none.</summary>
    private static async Task<T> ShowingAsync<T>(Session session, Func<IProgress<SlackImportProgress>?, Task<T>> work)
    {
        if (session.Json || Console.IsErrorRedirected)
        {
            return await work(null);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask(Markup.Escape(session.Words["import.people"]), maxValue: 1);
                return work(new Bar(task, session.Words));
            });
    }

    private static void Write(Session session, SlackImportReport report, SlackImportFailure? failure)
    {
        if (session.Json)
        {
            JsonLine.Write(session.Output, json => Write(json, report, failure));
            return;
        }

        var words = session.Words;
        session.Output.WriteLine(words["import.done", report.Records, report.Messages, report.Joins, report.Reactions, report.Files]);
        session.Output.WriteLine(words["import.people-channels", report.People, report.PeopleAdded, report.Channels, report.ChannelsAdded]);
        session.Output.WriteLine(words["import.entries", report.EntriesAdded, report.EntriesExisted]);
        if (report.FilesMissing > 0)
        {
            session.Output.WriteLine(words["import.files-missing", report.FilesMissing]);
        }

        foreach (var (reason, count) in report.Skipped)
        {
            session.Output.WriteLine(words["import.skipped", count, words[$"skipped.{reason}"]]);
        }
    }

    private static void Write(Utf8JsonWriter json, SlackImportReport report, SlackImportFailure? failure)
    {
        json.WriteString("type", failure is null ? "import" : "import-stopped");
        if (failure?.Damage is { } damage)
        {
            json.WriteString("damage", damage.Kind.ToString());
            json.WriteString("entry", damage.Entry);
            if (damage.Record is { } record)
            {
                json.WriteNumber("record", record);
            }
            else
            {
                json.WriteNull("record");
            }

            json.WriteString("detail", damage.Detail);
        }

        if (failure?.Refusal is { } refusal)
        {
            json.WriteString("refused", refusal.Reason);
        }

        foreach (var (name, count) in Counts(report))
        {
            json.WriteNumber(name, count);
        }

        json.WriteStartObject("skipped");
        foreach (var (reason, count) in report.Skipped)
        {
            json.WriteNumber(reason, count);
        }

        json.WriteEndObject();
    }

    private static IEnumerable<(string Name, long Count)> Counts(SlackImportReport report) =>
    [
        ("records", report.Records), ("messages", report.Messages), ("joins", report.Joins), ("leaves", report.Leaves),
        ("notices", report.Notices), ("changes", report.Changes), ("deletions", report.Deletions), ("replies", report.Replies),
        ("repliesWithoutThread", report.RepliesWithoutThread), ("edited", report.Edited), ("reactions", report.Reactions),
        ("reactionsWithoutPerson", report.ReactionsWithoutPerson), ("files", report.Files), ("filesMissing", report.FilesMissing),
        ("people", report.People), ("peopleAdded", report.PeopleAdded), ("channels", report.Channels),
        ("channelsAdded", report.ChannelsAdded), ("entriesAdded", report.EntriesAdded), ("entriesExisted", report.EntriesExisted),
    ];

    private static CliExit Stopped(SlackImportFailure failure, Words words)
    {
        if (failure.Damage is { } damage)
        {
            return new CliExit(
                ExitCode.Fault, words["import.damaged", Place(damage, words), words.Kind("damage", damage.Kind), failure.SoFar.Records]);
        }

        var refusal = failure.Refusal ?? new Refusal();
        var why = new ClientRefusal(refusal.Reason) { Code = refusal.Code, Detail = refusal.Detail, Incident = refusal.Incident };
        var exit = Session.Refused(why, words);
        return new CliExit(exit.Code, words["import.stopped", failure.SoFar.Records, exit.Message]);
    }

    private static string Place(SlackDamage damage, Words words) => (damage.Entry, damage.Record) switch
    {
        ("", _) => words["import.whole-archive"],
        (var entry, null) => Plain.Line(entry),
        (var entry, var record) => words["import.place", Plain.Line(entry), record],
    };

    private sealed class Bar(ProgressTask task, Words words) : IProgress<SlackImportProgress>
    {
        public void Report(SlackImportProgress value)
        {
            task.Value = value.TotalBytes == 0 ? 1 : (double)value.Bytes / value.TotalBytes;
            if (value.Channel.Length > 0)
            {
                task.Description = Markup.Escape(words["import.channel", Plain.Line(value.Channel), value.Records]);
            }
        }
    }
}
