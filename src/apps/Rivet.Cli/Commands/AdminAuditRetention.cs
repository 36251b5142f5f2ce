using System.CommandLine;
using System.Globalization;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin audit retention …</c>: for how long what events of the security log say can be read.</summary>
internal static class AdminAuditRetention
{
    private const int Least = 3;
    private const int Most = 120;
    private const string Others = "others";

    public static Command Build(Options options) => new("retention", options.Words["command.audit-retention"])
    {
        CommandShape.Of("audit-retention-show", options, [], ShowAsync, "show"),
        Set(options),
        CommandShape.Of("audit-retention-confirm-clock", options, [], ConfirmAsync, "confirm-clock"),
    };

    private static Command Set(Options options)
    {
        var words = options.Words;
        var classes = new Argument<string[]>("CLASS") { Description = words["argument.audit-class"], Arity = ArgumentArity.OneOrMore };
        var months = new Option<int?>("--months") { Description = words["option.audit-keep-months", Least, Most], HelpName = "N" };
        months.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < Least or > Most)
            {
                result.AddError($"--months {Least}–{Most}");
            }
        });
        var forEver = new Option<bool>("--for-ever") { Description = words["option.audit-keep-for-ever"] };
        var destroy = new Option<bool>("--yes-destroy") { Description = words["option.audit-yes-destroy"] };
        var set = CommandShape.Of("audit-retention-set", options, [classes, months, forEver, destroy], (parsed, session, ct) =>
            SetAsync(session, parsed.GetValue(classes)!, parsed.GetValue(forEver) ? 0 : (uint)(parsed.GetValue(months) ?? 0), parsed.GetValue(destroy), ct), "set");
        set.Validators.Add(result =>
        {
            if (result.GetValue(forEver) == result.GetValue(months) is not null)
            {
                result.AddError("--months N | --for-ever");
            }
        });
        return set;
    }

    private static async Task SetAsync(Session session, string[] names, uint months, bool mayDestroy, CancellationToken ct)
    {
        session.Client.Start();
        var now = session.Take(await session.Client.ReadLogRetentionAsync(ct)).Retention;
        var chosen = names.Distinct().Select(name => now.Classes.FirstOrDefault(one => NameOf(one) == name)
            ?? throw new CliExit(ExitCode.NoSuchName, session.Words["audit.retention-class", Plain.Line(name)])).ToArray();
        if (!mayDestroy && chosen.Any(one => IsShorter(one, months)))
        {
            var from = DateTimeOffset.FromUnixTimeMilliseconds(now.WouldHoldMs);
            var goes = chosen.Where(one => IsShorter(one, months)).SelectMany(one => one.Months).Where(month => IsOver(month, months, from)).Sum(month => (long)month.Events);
            throw new CliExit(ExitCode.Usage, session.Words["audit.retention-destroys", AdminCommands.Local(now.WouldHoldMs), goes]);
        }

        var changes = chosen.Select(one => one.HasClass ? new LogClassChange { Class = one.Class, KeepMonths = months } : new LogClassChange { KeepMonths = months });
        Write(session, session.Take(await session.Client.ChangeLogRetentionAsync(changes, mayDestroy, ct)).Retention);
    }

    private static async Task ShowAsync(ParseResult parsed, Session session, CancellationToken ct)
    {
        session.Client.Start();
        Write(session, session.Take(await session.Client.ReadLogRetentionAsync(ct)).Retention);
    }

    private static async Task ConfirmAsync(ParseResult parsed, Session session, CancellationToken ct)
    {
        session.Client.Start();
        var held = session.Take(await session.Client.ConfirmLogClockAsync(ct)).Retention;
        await session.Output.WriteLineAsync(
            held.ClockDoubtMs == 0 ? session.Words["audit.clock-confirmed", AdminCommands.Local(held.ServerMs)] : Doubted(session, held));
    }

    private static bool IsShorter(LogClassRetention one, uint months) => months != 0 && (one.KeepMonths == 0 || months < one.KeepMonths);

    private static bool IsOver(LogMonth month, uint months, DateTimeOffset by)
        => DateTime.TryParseExact(month.Month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var begin) && begin.AddMonths((int)months + 1) <= by.UtcDateTime;

    private static string NameOf(LogClassRetention one) => one.HasClass ? one.Class.ToString(CultureInfo.InvariantCulture) : Others;

    /// <summary>A class of a newer server has its number only.</summary>
    private static string WordOf(Words words, LogClassRetention one) => words.Has($"audit.class-{NameOf(one)}") ? words[$"audit.class-{NameOf(one)}"] : "";

    private static string Doubted(Session session, LogRetention held)
        => session.Words["audit.clock-doubted", AdminCommands.Local(held.ServerMs), AdminCommands.Local(held.ClockSeenMs)];

    private static void Write(Session session, LogRetention held)
    {
        if (session.Json)
        {
            WriteJson(session, held);
            return;
        }

        var words = session.Words;
        Tables.Write(
            session.Output, [words["heading.class"], "", words["heading.kept"], words["heading.events"], words["heading.next"]],
            held.Classes.Select(one => (IReadOnlyList<string>)
            [
                NameOf(one), WordOf(words, one), Kept(words, one), one.Events.ToString("N0", CultureInfo.CurrentCulture),
                one.NextMonth.Length == 0 ? "–" : words["audit.destroyed-next", one.NextMonth, one.NextEvents, AdminCommands.Local(one.NextMs)],
            ]));
        if (held.Classes.Where(one => one.Shortens).Select(one => one.EffectiveMs).Order().FirstOrDefault() is > 0 and var effective)
        {
            session.Error.WriteLine(words["audit.retention-waits", AdminCommands.Local(effective)]);
        }

        if (held.ClockDoubtMs != 0)
        {
            session.Error.WriteLine(Doubted(session, held));
        }
    }

    private static string Kept(Words words, LogClassRetention one)
    {
        var now = one.KeepMonths == 0 ? words["audit.kept-for-ever"] : words["audit.kept-months", one.KeepMonths];
        return one.Shortens ? words["audit.kept-shortens", now, AdminCommands.Local(one.EffectiveMs), one.NextKeepMonths] : now;
    }

    private static void WriteJson(Session session, LogRetention held)
    {
        foreach (var one in held.Classes)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "retention");
                json.WriteString("class", NameOf(one));
                json.WriteNumber("keepMonths", one.KeepMonths);
                json.WriteNumber("leastMonths", one.LeastMonths);
                json.WriteNumber("events", one.Events);
                json.WriteNumber("destroyed", one.Destroyed);
                if (one.Shortens)
                {
                    json.WriteNumber("nextKeepMonths", one.NextKeepMonths);
                    json.Time("effective", one.EffectiveMs);
                }

                if (one.NextMonth.Length > 0)
                {
                    json.WriteString("nextMonth", one.NextMonth);
                    json.WriteNumber("nextEvents", one.NextEvents);
                    json.Time("next", one.NextMs);
                }

                json.WriteBoolean("clockDoubted", held.ClockDoubtMs != 0);
            });
        }
    }
}
