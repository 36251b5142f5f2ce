using System.CommandLine;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin audit …</c>: what people outside need to check the company's security log.</summary>
internal static class AdminAudit
{
    public static Command Build(Options options) => new("audit", options.Words["command.audit"])
    {
        Show(options),
        Receipt(options),
        new Command("reader", options.Words["command.audit-reader"]) { Add(options), List(options), Remove(options) },
        AdminAuditExport.Build(options),
        AdminAuditRetention.Build(options),
        AdminAuditKey.Build(options),
        AdminAuditWitness.Build(options),
    };

    private static Command Show(Options options) => CommandShape.Of("audit-show", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var head = session.Take(await session.Client.ReadLogHeadAsync(ct));
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "log");
                json.WriteString("key", head.Key);
                json.WriteNumber("size", head.Size);
                json.Time("sealed", head.SealedMs);
                json.WriteString("checkpoint", head.Checkpoint);
                if (head.Standing is { } standing)
                {
                    json.WriteString("standing", standing.HasEnded ? "ended" : "waits");
                    json.Time("since", standing.SinceMs);
                    json.WriteNumber("waiting", standing.Waiting);
                    json.WriteNumber("elsewhere", standing.Elsewhere);
                    json.WriteNumber("first", standing.First);
                    json.WriteNumber("last", standing.Last);
                }
            });
            return;
        }

        if (head.Standing is { } still)
        {
            var since = AdminCommands.Local(still.SinceMs);
            await session.Error.WriteLineAsync(still.HasEnded
                ? session.Words["audit.ended", since, still.Elsewhere, still.First, still.Last]
                : session.Words["audit.waits", since, still.Waiting, still.Elsewhere]);
        }

        if (head.Key.Length == 0)
        {
            await session.Output.WriteLineAsync(session.Words["audit.empty"]);
            return;
        }

        await session.Output.WriteLineAsync(Plain.Line(head.Key));
        await session.Output.WriteLineAsync();
        foreach (var line in head.Checkpoint.TrimEnd('\n').Split('\n'))
        {
            await session.Output.WriteLineAsync(Plain.Line(line));
        }

        await session.Error.WriteLineAsync(session.Words["audit.shown", head.Size, AdminCommands.Local(head.SealedMs)]);
    }, "show");

    private static Command Receipt(Options options)
    {
        var number = new Argument<ulong>("EVENT") { Description = options.Words["argument.log-event"] };
        var file = new Option<string?>("--output") { Description = options.Words["option.receipt-output"], HelpName = "FILE" };
        return CommandShape.Of("audit-receipt", options, [number, file], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var receipt = session.Take(await session.Client.ReadLogReceiptAsync(parsed.GetValue(number), ct)).Receipt;
            if (parsed.GetValue(file) is not { } path)
            {
                await session.Output.WriteAsync(string.Join('\n', receipt.Split('\n').Select(Plain.Line)));
                return;
            }

            await File.WriteAllTextAsync(path, receipt, ct);
            await session.Error.WriteLineAsync(session.Words["audit.receipt-written", path]);
        }, "receipt");
    }

    private static Command Add(Options options)
    {
        var name = Name(options);
        return CommandShape.Of("audit-reader-add", options, [name], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var added = session.Take(await session.Client.AddLogReaderAsync(parsed.GetValue(name)!, ct));
            await session.Output.WriteLineAsync(Plain.Line(added.Token));
            await session.Error.WriteLineAsync(session.Words["audit.reader-added"]);
        }, "add");
    }

    private static Command List(Options options) => CommandShape.Of("audit-reader-list", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var readers = session.Take(await session.Client.ListLogReadersAsync(ct)).Readers;
        if (session.Json)
        {
            foreach (var reader in readers)
            {
                JsonLine.Write(session.Output, json =>
                {
                    json.WriteString("type", "reader");
                    json.WriteString("name", reader.Name);
                    json.Time("added", reader.AddedMs);
                });
            }

            return;
        }

        Tables.Write(
            session.Output, [session.Words["heading.name"], session.Words["heading.since"]],
            readers.Select(reader => (IReadOnlyList<string>)[Plain.Line(reader.Name), AdminCommands.Local(reader.AddedMs)]));
    }, "list");

    private static Command Remove(Options options)
    {
        var name = Name(options);
        return CommandShape.Of("audit-reader-remove", options, [name], async (parsed, session, ct) =>
        {
            session.Client.Start();
            session.Take(await session.Client.RemoveLogReaderAsync(parsed.GetValue(name)!, ct));
            await session.Output.WriteLineAsync(session.Words["audit.reader-removed"]);
        }, "remove");
    }

    private static Argument<string> Name(Options options) => new("NAME") { Description = options.Words["argument.audit-reader"] };
}
