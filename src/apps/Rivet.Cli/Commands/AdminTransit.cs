using System.CommandLine;
using System.Globalization;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin transit …</c>: the programs that may use the company's keys over the cryptographic API, and the keys.</summary>
internal static class AdminTransit
{
    public static Command Build(Options options) => new("transit", options.Words["command.transit"])
    {
        new Command("app", options.Words["command.transit-app"]) { Add(options), List(options), Remove(options) },
        new Command("key", options.Words["command.transit-key"]) { Keys(options) },
    };

    private static Command Add(Options options)
    {
        var words = options.Words;
        var name = Name(options);
        var keys = new Option<string[]>("--key") { Description = words["option.transit-key"], HelpName = "PATTERN" };
        var may = new Option<string[]>("--may") { Description = words["option.transit-may"], HelpName = "OPERATION,…" };
        var days = new Option<uint>("--days") { Description = words["option.transit-days"], DefaultValueFactory = _ => 365, HelpName = "N" };
        return CommandShape.Of("transit-app-add", options, [name, keys, may, days], async (parsed, session, ct) =>
        {
            var (patterns, operations) = (parsed.GetValue(keys) ?? [], parsed.GetValue(may) ?? []);
            if (patterns.Length != operations.Length)
            {
                throw new CliExit(ExitCode.Usage, session.Words["transit.pairs"]);
            }

            var request = new AddTransitApplicationRequest { Name = parsed.GetValue(name)!, Days = parsed.GetValue(days) };
            request.Grants.Add(patterns.Zip(operations, (pattern, set) => new TransitGrant
            {
                Pattern = pattern,
                Operations = { set.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
            }));
            session.Client.Start();
            var added = session.Take(await session.Client.AddTransitApplicationAsync(request, ct));
            await session.Output.WriteLineAsync(Plain.Line(added.Token));
            await session.Error.WriteLineAsync(session.Words["transit.app-added"]);
        }, "add");
    }

    private static Command List(Options options) => CommandShape.Of("transit-app-list", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var applications = session.Take(await session.Client.ListTransitApplicationsAsync(ct)).Applications;
        if (session.Json)
        {
            foreach (var application in applications)
            {
                Write(session, application);
            }

            return;
        }

        var words = session.Words;
        Tables.Write(
            session.Output,
            [words["heading.name"], words["heading.transit-may"], words["heading.since"], words["heading.transit-expires"], words["heading.transit-used"]],
            applications.Select(application => (IReadOnlyList<string>)
            [
                Plain.Line(application.Name),
                application.Grants.Count == 0 ? words["transit.own-keys"] : string.Join("; ", application.Grants.Select(Text)),
                AdminCommands.Local(application.AddedMs),
                AdminCommands.Local(application.ExpiresMs),
                Used(application.LastUsedMs),
            ]));
    }, "list");

    private static Command Remove(Options options)
    {
        var name = Name(options);
        return CommandShape.Of("transit-app-remove", options, [name], async (parsed, session, ct) =>
        {
            session.Client.Start();
            session.Take(await session.Client.RemoveTransitApplicationAsync(parsed.GetValue(name)!, ct));
            await session.Output.WriteLineAsync(session.Words["transit.app-removed"]);
        }, "remove");
    }

    private static Command Keys(Options options) => CommandShape.Of("transit-key-list", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var keys = session.Take(await session.Client.ListTransitKeysAsync(ct)).Keys;
        if (session.Json)
        {
            foreach (var key in keys)
            {
                Write(session, key);
            }

            return;
        }

        var words = session.Words;
        Tables.Write(
            session.Output,
            [
                words["heading.name"], words["heading.kind"], words["heading.transit-owner"], words["heading.transit-version"], words["heading.transit-least"],
                words["heading.transit-rotated"], words["heading.transit-uses"], words["heading.transit-used"],
            ],
            keys.Select(key => (IReadOnlyList<string>)
            [
                Plain.Line(key.Name),
                Plain.Line(key.Type),
                key.Owner.Length == 0 ? "–" : Plain.Line(key.Owner),
                key.Latest.ToString(CultureInfo.InvariantCulture),
                key.MinDecryption.ToString(CultureInfo.InvariantCulture),
                AdminCommands.Local(key.RotatedMs),
                key.Uses.ToString("N0", CultureInfo.CurrentCulture),
                Used(key.LastUsedMs),
            ]));
    }, "list");

    private static Argument<string> Name(Options options) => new("NAME") { Description = options.Words["argument.transit-app"] };

    private static string Used(long milliseconds) => milliseconds == 0 ? "–" : AdminCommands.Local(milliseconds);

    private static string Text(TransitGrant grant) => Plain.Line($"{grant.Pattern}: {string.Join(',', grant.Operations)}");

    private static void Write(Session session, TransitApplication application) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "application");
        json.WriteString("name", application.Name);
        json.WriteStartArray("grants");
        foreach (var grant in application.Grants)
        {
            json.WriteStartObject();
            json.WriteString("key", grant.Pattern);
            json.WriteString("may", string.Join(',', grant.Operations));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Time("added", application.AddedMs);
        json.Time("expires", application.ExpiresMs);
        if (application.LastUsedMs != 0)
        {
            json.Time("lastUsed", application.LastUsedMs);
        }
    });

    private static void Write(Session session, TransitKey key) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "key");
        json.WriteString("name", key.Name);
        json.WriteString("keyType", key.Type);
        json.WriteString("owner", key.Owner);
        json.WriteNumber("latest", key.Latest);
        json.WriteNumber("minDecryption", key.MinDecryption);
        json.Time("created", key.CreatedMs);
        json.Time("rotated", key.RotatedMs);
        json.WriteNumber("uses", key.Uses);
        if (key.LastUsedMs != 0)
        {
            json.Time("lastUsed", key.LastUsedMs);
        }
    });
}
