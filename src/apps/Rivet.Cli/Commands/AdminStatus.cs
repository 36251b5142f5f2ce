using System.CommandLine;
using System.Globalization;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin status</c>: how this device is connected, and how the server stands, as its status page says it.</summary>
internal static class AdminStatus
{
    public static Command Build(Options options) => CommandShape.Of("status", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var who = session.Take(await session.Client.WhoAmIAsync(ct));
        if (!session.Json)
        {
            WriteLink(session, who);
        }

        var parts = session.Take(await session.Client.ReadStatusAsync(session.Words.Culture.Name, ct)).Parts;
        foreach (var part in parts)
        {
            if (session.Json)
            {
                WriteJson(session, part);
                continue;
            }

            await session.Output.WriteLineAsync();
            await session.Output.WriteLineAsync(Plain.Line(part.Title));
            Tables.Write(session.Output, ["", "", "", ""], part.Facts.Select(fact => (IReadOnlyList<string>)
            [
                Plain.Line(fact.Label),
                Plain.Line(fact.Value),
                fact.Level is FactLevel.Plain ? "" : session.Words.Kind("level", fact.Level),
                Plain.Line(fact.Advice),
            ]));
        }
    });

    private static void WriteLink(Session session, WhoAmIResponse who)
    {
        var (status, words) = (session.Client.Status, session.Words);
        Tables.Write(session.Output, ["", ""],
        [
            [words["whoami.company"], Plain.Line(who.CompanyName)],
            [words["whoami.person"], $"{Plain.Line(who.Person.Name)} ({words.Kind("role", who.Person.Role)})"],
            [words["whoami.device"], Plain.Line(who.Device.Name)],
            [words["whoami.server"], string.Create(CultureInfo.InvariantCulture, $"{session.Client.Profile.Host}:{session.Client.Profile.Port}")],
            [words["status.link"], words.Kind("phase", status.Phase)],
            [words["status.people"], session.Client.People().Count.ToString(CultureInfo.InvariantCulture)],
            [words["status.conversations"], session.Client.Conversations().Count.ToString(CultureInfo.InvariantCulture)],
        ]);
    }

    private static void WriteJson(Session session, StatusPart part)
    {
        foreach (var fact in part.Facts)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "fact");
                json.WriteString("part", part.Title);
                json.WriteString("label", fact.Label);
                json.WriteString("value", fact.Value);
                json.WriteString("level", fact.Level is FactLevel.NotProven ? "not-proven" : fact.Level.ToString().ToLowerInvariant());
                json.WriteString("advice", fact.Advice);
            });
        }
    }
}
