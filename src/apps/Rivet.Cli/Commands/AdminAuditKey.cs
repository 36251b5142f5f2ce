using System.CommandLine;
using System.Globalization;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin audit key …</c>: the keys that sign the company's security log.</summary>
internal static class AdminAuditKey
{
    public static Command Build(Options options) => new("key", options.Words["command.audit-key"]) { Show(options), Rotate(options), Revoke(options) };

    private static Command Show(Options options)
    {
        var statements = new Option<bool>("--statements") { Description = options.Words["option.audit-key-statements"] };
        return CommandShape.Of("audit-key-show", options, [statements], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var found = session.Take(await session.Client.ReadLogKeysAsync(ct));
            if (parsed.GetValue(statements))
            {
                // A file for auditors, byte for byte; the server's own client made sure of nothing in it.
                await session.Output.WriteAsync(string.Join('\n', found.Statements.Split('\n').Select(Plain.Line)));
                return;
            }

            if (session.Json)
            {
                foreach (var key in found.Keys)
                {
                    Write(session, key);
                }

                return;
            }

            var words = session.Words;
            Tables.Write(
                session.Output, [words["heading.audit-key"], words["heading.entries"], words["heading.state"]],
                found.Keys.Select(key => (IReadOnlyList<string>)
                [
                    Plain.Line(key.Id),
                    key.IsCurrent ? $"{Number(key.From)} –" : $"{Number(key.From)} – {Number(key.Until)}",
                    key.RevokedMs != 0 ? words["audit.key-revoked-at", AdminCommands.Local(key.RevokedMs)]
                        : key.IsCurrent ? words["audit.key-current"]
                        : words["audit.key-replaced-at", AdminCommands.Local(key.ReplacedMs)],
                ]));
        }, "show");
    }

    private static Command Rotate(Options options)
    {
        var yes = Yes(options);
        return CommandShape.Of("audit-key-rotate", options, [yes], async (parsed, session, ct) =>
        {
            Ask(session, parsed.GetValue(yes), session.Words["audit.key-rotate-ask"]);
            session.Client.Start();
            var now = session.Take(await session.Client.RotateLogKeyAsync(ct));
            await session.Output.WriteLineAsync(Plain.Line(now.Key.Line));
            await session.Error.WriteLineAsync(session.Words["audit.key-rotated"]);
        }, "rotate");
    }

    private static Command Revoke(Options options)
    {
        var id = new Argument<string>("ID") { Description = options.Words["argument.audit-key"] };
        var yes = Yes(options);
        return CommandShape.Of("audit-key-revoke", options, [id, yes], async (parsed, session, ct) =>
        {
            Ask(session, parsed.GetValue(yes), session.Words["audit.key-revoke-ask", Plain.Line(parsed.GetValue(id)!)]);
            session.Client.Start();
            var now = session.Take(await session.Client.RevokeLogKeyAsync(parsed.GetValue(id)!, ct));
            await session.Output.WriteLineAsync(Plain.Line(now.Key.Line));
            await session.Error.WriteLineAsync(session.Words["audit.key-revoked"]);
        }, "revoke");
    }

    /// <summary>Neither can be taken back: asked on the terminal, and refused where there is none.</summary>
    private static void Ask(Session session, bool yes, string question)
    {
        if (yes)
        {
            return;
        }

        session.Error.WriteLine(question);
        if (Console.IsInputRedirected || Console.ReadLine()?.Trim() is not ("yes" or "是"))
        {
            throw new CliExit(ExitCode.Usage, session.Words["audit.key-not-asked"]);
        }
    }

    private static Option<bool> Yes(Options options) => new("--yes") { Description = options.Words["option.audit-key-yes"] };

    private static string Number(ulong number) => number.ToString("N0", CultureInfo.CurrentCulture);

    private static void Write(Session session, LogKey key) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "key");
        json.WriteString("id", key.Id);
        json.WriteString("line", key.Line);
        json.WriteNumber("from", key.From);
        if (!key.IsCurrent)
        {
            json.WriteNumber("until", key.Until);
            json.Time("replaced", key.ReplacedMs);
        }

        if (key.RevokedMs != 0)
        {
            json.Time("revoked", key.RevokedMs);
        }
    });
}
