using System.CommandLine;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin events</c>: the company's last security events, oldest first, as a log is read.</summary>
internal static class AdminEvents
{
    private const int Most = 200;

    public static Command Build(Options options)
    {
        var last = new Option<int>("--last") { Description = options.Words["option.events-last", Most], DefaultValueFactory = _ => 50, HelpName = "N" };
        last.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > Most)
            {
                result.AddError($"--last 1–{Most}");
            }
        });
        return CommandShape.Of("events", options, [last], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            var events = session.Take(await session.Client.ReadEventsAsync(parsed.GetValue(last), ct)).Events.Reverse().ToList();
            if (session.Json)
            {
                events.ForEach(one => WriteJson(session, one));
                return;
            }

            var words = session.Words;
            Tables.Write(
                session.Output,
                ["#", words["heading.time"], words["heading.event"], words["heading.person"], words["heading.target"], words["heading.details"]],
                events.Select(one => (IReadOnlyList<string>)
                [
                    one.Sequence.ToString(words.Culture),
                    AdminCommands.Local(one.AtMs),
                    one.Failed ? words["event.failed", Plain.Line(one.Kind)] : Plain.Line(one.Kind),
                    one.PersonId.IsEmpty ? words["event.system"] : session.Names.Person(one.PersonId),
                    Target(session, one),
                    Plain.Line(string.Join(' ', one.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal).Select(detail => $"{detail.Key}={detail.Value}"))),
                ]));
        });
    }

    private static string Target(Session session, AuditEvent one)
        => one.TargetKind == "person" ? session.Names.Person(one.TargetId) : $"{Plain.Line(one.TargetKind)} {Names.Short(one.TargetId)}";

    private static void WriteJson(Session session, AuditEvent one) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "event");
        json.WriteNumber("sequence", one.Sequence);
        json.WriteString("hash", Convert.ToHexStringLower(one.Hash.Span));
        json.Time("time", one.AtMs);
        json.WriteString("kind", one.Kind);
        json.Id("person", one.PersonId);
        json.WriteString("targetKind", one.TargetKind);
        json.Id("target", one.TargetId);
        json.WriteBoolean("failed", one.Failed);
        json.WriteStartObject("details");
        foreach (var (name, value) in one.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    });
}
