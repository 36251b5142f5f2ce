using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin keys …</c>: the company's key, and what administrators ask of it. One asks, another approves.</summary>
internal static class AdminKeys
{
    public static Command Build(Options options)
    {
        var keys = new Command("keys", options.Words["command.admin-keys"])
        {
            CommandShape.Of("keys-show", options, [], ShowAsync, "show"),
            CommandShape.Of("keys-requests", options, [], RequestsAsync, "requests"),
            Decide(options, "approve"),
            Decide(options, "decline"),
            CommandShape.Of("keys-cancel-destruction", options, [], CancelAsync, "cancel-destruction"),
            AdminKeyImport.Build(options),
        };
        foreach (var change in AdminKeyChanges.Build(options))
        {
            keys.Add(change);
        }

        return keys;
    }

    public static async Task<CompanyKeyStanding> ReadAsync(Session session, CancellationToken ct)
    {
        // Not refreshed: names of people may be unreadable while the key is withheld, and this must work then.
        session.Client.Start();
        return session.Take(await session.Client.ReadCompanyKeyAsync(ct)).Key;
    }

    private static async Task ShowAsync(ParseResult parsed, Session session, CancellationToken ct)
    {
        var key = await ReadAsync(session, ct);
        if (session.Json)
        {
            KeyReport.WriteJson(session, key);
        }
        else
        {
            KeyReport.Write(session, key);
        }
    }

    private static async Task RequestsAsync(ParseResult parsed, Session session, CancellationToken ct)
    {
        var key = await ReadAsync(session, ct);
        if (session.Json)
        {
            KeyReport.WriteRequestsJson(session, key);
        }
        else if (key.Changes.Count == 0)
        {
            await session.Output.WriteLineAsync(session.Words["keys.no-requests"]);
        }
        else
        {
            KeyReport.WriteRequests(session, key.Changes);
        }
    }

    private static Command Decide(Options options, string verb)
    {
        var which = new Argument<string>("ID") { Description = options.Words["argument.key-request"] };
        var yes = Yes(options);
        Symbol[] parts = verb == "approve" ? [which, yes] : [which];
        return CommandShape.Of($"keys-{verb}", options, parts, async (parsed, session, ct) =>
        {
            var key = await ReadAsync(session, ct);
            var change = Find(session, key, parsed.GetValue(which)!);
            if (verb == "decline")
            {
                session.Take(await session.Client.DeclineKeyChangeAsync(change.RequestId, ct));
                await session.Output.WriteLineAsync(session.Words["keys.declined"]);
                return;
            }

            await session.Error.WriteLineAsync(session.Words["keys.about-to-approve", KeyReport.Action(session.Words, change), session.Names.Person(change.AskedBy), KeyReport.Reason(change)]);
            Confirm(session, parsed.GetValue(yes), change.Action, change.Version, key);
            var now = session.Take(await session.Client.ApproveKeyChangeAsync(change.RequestId, ct)).Key;
            if (session.Json)
            {
                KeyReport.WriteJson(session, now);
                return;
            }

            await session.Output.WriteLineAsync(session.Words["keys.approved"]);
            KeyReport.Write(session, now);
        }, verb);
    }

    private static async Task CancelAsync(ParseResult parsed, Session session, CancellationToken ct)
    {
        session.Client.Start();
        session.Take(await session.Client.CancelKeyDestructionAsync(ct));
        await session.Output.WriteLineAsync(session.Words["keys.cancelled"]);
    }

    private static AskedKeyChange Find(Session session, CompanyKeyStanding key, string text)
    {
        var wanted = text.Trim().ToLowerInvariant();
        var found = wanted.Length < 4 ? [] : key.Changes.Where(change => IdOf(change.RequestId).EndsWith(wanted, StringComparison.Ordinal)).ToList();
        return found.Count == 1 ? found[0] : throw new CliExit(ExitCode.NoSuchName, session.Words[found.Count == 0 ? "keys.no-request" : "keys.many-requests", Plain.Line(text)]);
    }

    /// <summary>What takes something away says what, and is asked on the terminal; refused where there is none.</summary>
    public static void Confirm(Session session, bool yes, KeyChangeAction action, uint version, CompanyKeyStanding key)
    {
        var words = session.Words;
        var keys = key.Versions.Aggregate(key.UnderRoot, (sum, one) => sum + one.Keys);
        string? said = action switch
        {
            KeyChangeAction.KeyChangeDisable => words["keys.would-disable", keys],
            KeyChangeAction.KeyChangeDestroy => words[
                "keys.would-destroy", keys, AdminCommands.Local(key.ServerMs + key.DestructionWaitsMs), (key.DestructionWaitsMs / 86_400_000d).ToString("0.#", CultureInfo.CurrentCulture)],
            KeyChangeAction.KeyChangeDestroyVersions => words["keys.would-destroy-versions", version],
            KeyChangeAction.KeyChangeUseKeyService => words["keys.would-use-service", key.ServiceAskedEveryMs / 1000d, key.ServiceAnswersWithinMs, key.ServiceMayBeSilentMs / 1000d],
            _ => null,
        };
        if (said is null)
        {
            return;
        }

        session.Error.WriteLine(said);
        if (yes)
        {
            return;
        }

        session.Error.WriteLine(words["keys.type-yes"]);
        if (Console.IsInputRedirected || Console.ReadLine()?.Trim() is not ("yes" or "是"))
        {
            throw new CliExit(ExitCode.Usage, words["audit.key-not-asked"]);
        }
    }

    public static Option<bool> Yes(Options options) => new("--yes") { Description = options.Words["option.keys-yes"] };

    public static string IdOf(ByteString id) => Convert.ToHexStringLower(id.Span);
}
