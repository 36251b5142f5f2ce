using System.CommandLine;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin retention</c>: for how long the company keeps its messages.</summary>
internal static class AdminRetention
{
    private const int Most = 120;

    public static Command Build(Options options)
    {
        var show = CommandShape.Of("retention", options, [], (_, session, ct) => ShowAsync(session, ct));
        show.Add(CommandShape.Of("show", options, [], (_, session, ct) => ShowAsync(session, ct)));
        show.Add(Set(options));
        show.Add(CommandShape.Of("cancel", options, [], CancelAsync));
        return show;
    }

    private static Command Set(Options options)
    {
        var words = options.Words;
        var months = new Option<int?>("--months") { Description = words["option.keep-months", Most], HelpName = "N" };
        months.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > Most)
            {
                result.AddError($"--months 1–{Most}");
            }
        });
        var forEver = new Option<bool>("--for-ever") { Description = words["option.keep-for-ever"] };
        var destroy = new Option<bool>("--yes-destroy") { Description = words["option.yes-destroy"] };
        var set = CommandShape.Of("set", options, [months, forEver, destroy], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var wanted = parsed.GetValue(forEver) ? 0 : parsed.GetValue(months) ?? 0;
            var now = session.Take(await session.Client.ReadMessagePolicyAsync(wanted, ct));
            var goes = now.Destruction;
            var mayDestroy = parsed.GetValue(destroy);
            if (!mayDestroy && IsShorter(wanted, now.Policy.Retention))
            {
                throw new CliExit(ExitCode.Usage, words[goes.AtLeast ? "retention.destroys-at-least" : "retention.destroys", goes.Messages, goes.Files]);
            }

            Write(session, session.Take(await session.Client.KeepMessagesAsync(wanted, mayDestroy, ct)).Policy.Retention);
        });
        set.Validators.Add(result =>
        {
            if (result.GetValue(forEver) == result.GetValue(months) is not null)
            {
                result.AddError("--months N | --for-ever");
            }
        });
        return set;
    }

    private static async Task ShowAsync(Session session, CancellationToken ct)
    {
        session.Client.Start();
        Write(session, session.Take(await session.Client.ReadMessagePolicyAsync(null, ct)).Policy.Retention);
    }

    /// <summary>Keeps for as long as now, which ends a shortening that waits.</summary>
    private static async Task CancelAsync(ParseResult parsed, Session session, CancellationToken ct)
    {
        session.Client.Start();
        var now = session.Take(await session.Client.ReadMessagePolicyAsync(null, ct)).Policy.Retention;
        if (!now.Shortens)
        {
            throw new CliExit(ExitCode.NoSuchName, session.Words["retention.nothing-waits"]);
        }

        Write(session, session.Take(await session.Client.KeepMessagesAsync((int)now.KeepMonths, mayDestroy: false, ct)).Policy.Retention);
    }

    private static bool IsShorter(int months, Retention now) => months != 0 && (now.KeepMonths == 0 || months < now.KeepMonths);

    private static void Write(Session session, Retention retention)
    {
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "retention");
                json.WriteNumber("keepMonths", retention.KeepMonths);
                json.WriteBoolean("shortens", retention.Shortens);
                if (retention.Shortens)
                {
                    json.WriteNumber("nextKeepMonths", retention.NextKeepMonths);
                    json.Time("effective", retention.EffectiveMs);
                }
            });
            return;
        }

        session.Output.WriteLine(Kept(session, "retention.months", "retention.for-ever", retention.KeepMonths));
        if (retention.Shortens)
        {
            session.Output.WriteLine(session.Words["retention.shortens", AdminCommands.Local(retention.EffectiveMs), retention.NextKeepMonths]);
        }
    }

    private static string Kept(Session session, string months, string forEver, uint keepMonths)
        => keepMonths == 0 ? session.Words[forEver] : session.Words[months, keepMonths];
}
