using System.CommandLine;
using Rivet.Client;
using Rivet.MessageKeys;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet keys</c>: the company's own key server, which this device is enrolled with by a code of the company's.</summary>
internal static class KeysCommand
{
    public static Command Build(Options options)
    {
        var keys = CommandShape.Of("keys", options, [], (_, session, _) => ShowAsync(session));
        var code = new Argument<string>("CODE") { Description = options.Words["argument.keys-code"] };
        keys.Add(CommandShape.Of("keys-enrol", options, [code], (parsed, session, ct) => EnrolAsync(session, parsed.GetValue(code)!, ct), called: "enrol"));
        keys.Add(CommandShape.Of("keys-leave", options, [], (_, session, _) => LeaveAsync(session), called: "leave"));
        return keys;
    }

    private static async Task EnrolAsync(Session session, string code, CancellationToken ct)
    {
        if (!EnrolmentLink.TryParse(code, out var link))
        {
            throw new CliExit(ExitCode.Usage, session.Words["keys.bad-code"]);
        }

        session.Take(await session.Client.EnrolKeysAsync(link, ct));
        await ShowAsync(session);
    }

    private static Task LeaveAsync(Session session)
    {
        session.Client.LeaveKeyServer();
        return ShowAsync(session);
    }

    private static async Task ShowAsync(Session session)
    {
        var (server, sealing, words) = (session.Client.KeyServer, session.Client.Sealing, session.Words);
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "keys");
                json.WriteBoolean("enrolled", server is not null);
                json.WriteString("keyServer", server is null ? "" : $"{server.Host}:{server.Port}");
                json.WriteString("person", server?.Person ?? "");
                json.WriteString("pin", server?.Pin ?? "");
                json.WriteBoolean("companySeals", sealing is not null);
                json.WriteBoolean("required", sealing?.Required ?? false);
                json.WriteBoolean("namesOther", session.Client.NamesOtherKeyServer);
            });
            return;
        }

        if (server is null)
        {
            await session.Output.WriteLineAsync(words["keys.none"]);
        }
        else
        {
            Tables.Write(session.Output, ["", ""],
            [
                [words["keys.server"], Plain.Line($"{server.Host}:{server.Port}")],
                [words["keys.person"], Plain.Line(server.Person)],
                [words["keys.pin"], server.Pin],
            ]);
            await session.Output.WriteLineAsync(words["keys.explained"]);
        }

        if (sealing is not null)
        {
            await session.Output.WriteLineAsync(words[sealing.Required ? "keys.company-requires" : "keys.company-seals", Plain.Line(sealing.KeyServer)]);
        }

        if (session.Client.NamesOtherKeyServer)
        {
            await session.Error.WriteLineAsync(words["keys.other-server"]);
        }
    }
}
