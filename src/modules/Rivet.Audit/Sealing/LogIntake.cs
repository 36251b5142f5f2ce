using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Audit.Aside;
using Rivet.Audit.Entries;
using Rivet.Audit.Keys;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Sealing;

/// <summary>
/// Takes events into the logs of their companies. Where a company's key is withheld its events are set aside and come first when it is granted; where it
/// was destroyed they go to the platform's log. Neither holds up anybody else. Only when the platform's own key does not seal does everything wait.
/// </summary>
internal sealed class LogIntake(
    IStore store, EntrySealing entries, AsideSealing aside, LogIdentity identity, LogNews news, IOptions<AuditOptions> options, TimeProvider time, ILogger<LogIntake> log)
{
    /// <summary>Events that waited, taken at once.</summary>
    internal const int AtOnce = 4096;

    /// <summary>A key that was refused is not asked for again before: asking takes a write, or a customer's key service.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<CompanyId, long> refused = new();

    /// <summary>What brings these rows into their logs, and what waits of these companies; null when there is nothing to do.</summary>
    /// <exception cref="LogUnavailableException">The vault is away, or a log's end is damaged.</exception>
    public async ValueTask<Action<WriteTransaction>?> PrepareAsync(IReadOnlyList<OutboxRow> rows, IReadOnlyList<CompanyId> waiting, CancellationToken ct)
    {
        var arrived = rows.Select(row => ArrivedEvent.Read(row, time, log)).ToLookup(one => one.Fact.Actor.Company);
        var turns = new List<LogTurn>();
        foreach (var company in arrived.Select(group => group.Key).Union(waiting).Where(company => company != default))
        {
            turns.Add(await TakeAsync(company, [.. arrived[company]], ct));
        }

        var platform = await TakeForPlatformAsync([.. arrived[default]], turns, ct);
        return platform is null && turns.TrueForAll(turn => turn.IsIdle)
            ? null
            : transaction =>
            {
                turns.ForEach(turn => turn.Store(transaction));
                platform?.Invoke(transaction);
            };
    }

    private async ValueTask<LogTurn> TakeAsync(CompanyId company, IReadOnlyList<ArrivedEvent> arrived, CancellationToken ct)
    {
        var mayAsk = MayAsk(company);
        var (standing, stored) = await store.ReadAsync(
            session => AsideTable.Find(session, company) is { } found ? (found, mayAsk ? AsideTable.First(session, company, AtOnce) : []) : (null, []), ct);
        var turn = new LogTurn(company, standing) { After = standing };
        if (standing is not null && !mayAsk)
        {
            await SetAsideAsync(turn, arrived, ct);
            return turn;
        }

        var waited = (await aside.OpenAsync(company, stored, ct)).Select(row => ArrivedEvent.Read(row, time, log)).ToArray();

        // Those that waited longest come first; while not all of them fit, what arrives waits behind them.
        var isAll = standing is null || waited.Length == standing.Aside;
        var (facts, rest) = isAll ? ([.. waited, .. arrived], []) : ((IReadOnlyList<ArrivedEvent>)waited, arrived);
        if (facts.Count == 0)
        {
            return turn;
        }

        SecurityEvent[] events = [.. facts.Select(one => one.Fact), .. standing is not null && isAll ? new[] { Resumed(standing) } : []];
        if ((await SealAsync(company, events, ct)).TryGet(out var made, out var why))
        {
            turn.Grown = await GrowAsync(company, made, ct);
            turn.Taken = waited;
            turn.After = standing is null || isAll ? null : standing with { Aside = standing.Aside - waited.Length };
            await SetAsideAsync(turn, rest, ct);
            if (standing is not null && isAll)
            {
                Log.Resumed(log, LogIdentity.NameOf(company), standing.Total);
            }
        }
        else if (why == VaultRefusal.Destroyed)
        {
            await EndAsync(turn, facts, ct);
            turn.Taken = waited;
            turn.After = turn.After! with { Aside = turn.After.Aside - waited.Length };
            await SetAsideAsync(turn, rest, ct);
        }
        else if (arrived.Count > 0)
        {
            turn.After ??= StandingRow.Begin(company, time.GetUtcNow());
            await SetAsideAsync(turn, arrived, ct);
            if (standing is null)
            {
                Log.Waits(log, LogIdentity.NameOf(company), why);
            }
        }

        return turn;
    }

    private async ValueTask<Result<byte[][], VaultRefusal>> SealAsync(CompanyId company, SecurityEvent[] events, CancellationToken ct)
    {
        var answer = await entries.SealAsync(company, events, ct);
        if (answer.IsOk || answer.Refusal == VaultRefusal.Destroyed)
        {
            refused.TryRemove(company, out _);
        }
        else
        {
            refused[company] = time.GetTimestamp();
        }

        return answer;
    }

    private bool MayAsk(CompanyId company) => !refused.TryGetValue(company, out var last) || time.GetElapsedTime(last) >= AskEvery;

    /// <summary>Sets events aside as far as there is room; what finds none goes to the platform's log, so that nothing is lost and nobody else waits.</summary>
    private async ValueTask SetAsideAsync(LogTurn turn, IReadOnlyList<ArrivedEvent> facts, CancellationToken ct)
    {
        if (facts.Count == 0)
        {
            return;
        }

        var standing = turn.After!;
        var room = (int)Math.Clamp(options.Value.MostAside - standing.Aside, 0, facts.Count);
        turn.SetAside = await aside.SealAsync(turn.Company, [.. facts.Take(room).Select(one => one.Row)], ct);
        turn.After = standing with { Aside = standing.Aside + room, Total = standing.Total + room };
        turn.Moved.AddRange(facts.Skip(room).Select(one => (one.Row.Position, OfLog(turn.Company, one.Fact))));
    }

    /// <summary>The log has ended: its events go to the platform's, behind one that says with what it ended.</summary>
    private async ValueTask EndAsync(LogTurn turn, IReadOnlyList<ArrivedEvent> facts, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        turn.After ??= StandingRow.Begin(turn.Company, now);
        if (!turn.After.HasEnded)
        {
            Log.Ended(log, LogIdentity.NameOf(turn.Company));
            var growth = await store.ReadAsync(session => LogGrowth.Begin(session, turn.Company), ct);
            turn.Moved.Add((facts[0].Row.Position, Say(
                AuditEvents.LogEnded, default, Resource.Of(turn.Company),
                (AuditEvents.OfLog, LogIdentity.NameOf(turn.Company)), ("size", Number(growth.Tree.Count)), ("root", Convert.ToHexStringLower(growth.Tree.Root())))));
            turn.After = turn.After with { HasEnded = true, SinceMs = now.ToUnixTimeMilliseconds() };
        }

        turn.Moved.AddRange(facts.Select(one => (one.Row.Position, OfLog(turn.Company, one.Fact))));
    }

    private async ValueTask<Action<WriteTransaction>?> TakeForPlatformAsync(IReadOnlyList<ArrivedEvent> own, IReadOnlyList<LogTurn> turns, CancellationToken ct)
    {
        var all = own.Select(one => (Turn: (LogTurn?)null, one.Row.Position, one.Fact))
            .Concat(turns.SelectMany(turn => turn.Moved.Select(moved => (Turn: (LogTurn?)turn, moved.Position, moved.Fact))))
            .OrderBy(one => one.Position).ToArray();
        if (all.Length == 0)
        {
            return null;
        }

        if (!(await entries.SealAsync(default, [.. all.Select(one => one.Fact)], ct)).TryGet(out var made, out var why))
        {
            throw new LogUnavailableException($"The vault does not seal for the security log: {why}.");
        }

        var (first, work) = await GrowFromAsync(default, made, ct);
        foreach (var turn in turns)
        {
            turn.MovedTo(Enumerable.Range(0, all.Length).Where(at => all[at].Turn == turn).Select(at => first + at));
        }

        return work;
    }

    private async ValueTask<Action<WriteTransaction>> GrowAsync(CompanyId company, byte[][] made, CancellationToken ct) => (await GrowFromAsync(company, made, ct)).Work;

    private async ValueTask<(long First, Action<WriteTransaction> Work)> GrowFromAsync(CompanyId company, byte[][] made, CancellationToken ct)
    {
        var signer = await identity.OfAsync(company, ct);
        var growth = await store.ReadAsync(session => LogGrowth.Begin(session, company), ct);
        var first = growth.Tree.Count;
        foreach (var entry in made)
        {
            growth.Append(entry);
        }

        var checkpoint = await signer.SignAsync(growth.Tree, ct);
        return (first, transaction =>
        {
            if (LogKeyTable.CountOf(transaction, company) != signer.Statements.Count)
            {
                throw new InvalidOperationException("The log's key was replaced meanwhile: the next attempt signs with the new one.");
            }

            growth.Store(transaction, signer.Note, checkpoint, time.GetUtcNow());
            transaction.AfterCommit(() => news.Tell(company, growth.Tree.Count));
        });
    }

    private SecurityEvent Resumed(StandingRow standing) => Say(
        AuditEvents.LogResumed, standing.Company, Resource.Of(standing.Company),
        ("since", DateTimeOffset.FromUnixTimeMilliseconds(standing.SinceMs).UtcDateTime.ToString("u", CultureInfo.InvariantCulture)),
        ("waited", Number(standing.Total)), ("elsewhere", Number(standing.Elsewhere)), ("first", Number(standing.First)), ("last", Number(standing.Last)));

    private SecurityEvent Say(EventKind kind, CompanyId company, Resource target, params (string Name, string Value)[] details) => new()
    {
        Id = EntityId.New<Rivet.Kernel.EventId>(time),
        At = time.GetUtcNow(),
        Kind = kind,
        Actor = Subject.OfSystem(company),
        Target = target,
        Outcome = EventOutcome.Success,
        Details = details.ToDictionary(detail => detail.Name, detail => detail.Value),
    };

    /// <summary>In the platform's log an event says whose it is.</summary>
    private static SecurityEvent OfLog(CompanyId company, SecurityEvent fact)
        => fact with { Details = new Dictionary<string, string>(fact.Details) { [AuditEvents.OfLog] = LogIdentity.NameOf(company) } };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
