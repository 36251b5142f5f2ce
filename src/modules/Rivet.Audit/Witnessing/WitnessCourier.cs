using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Witnessing;

/// <summary>
/// Brings the logs' newest checkpoints to their witnesses, again and again until each has cosigned. A witness is asked at most once a second,
/// and one that fails is left alone for longer and longer; it holds up nobody else's.
/// </summary>
internal sealed class WitnessCourier(
    IStore store, LogIdentity identity, LogNews news, OutboxLag lag, WitnessJudge judge, WitnessLedger ledger, Chance chance,
    IOptions<AuditOptions> options, TimeProvider time, ILogger<WitnessCourier> log) : BackgroundService
{
    private readonly Backoff backoff = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5), chance);
    private const int AtOnce = 32;
    private const long MuchWaiting = 1000;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly Dictionary<(CompanyId, string), WitnessTurn> turns = [];
    private volatile IReadOnlyList<WitnessStanding> state = [];

    /// <summary>How the witnesses stood after the last round.</summary>
    public IReadOnlyList<WitnessStanding> State => state;

    /// <summary>One round: every witness that is due is asked once. Gives how many were.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var isQuiet = lag is { Failing: null, Behind: < MuchWaiting };
        var due = (await StandingsAsync(ct)).Where(standing => TurnOf(standing.Witness).IsDue(standing.Witness.Size, standing.LogSize, isQuiet)).ToArray();
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (standing, withdrawn) => await AskAsync(standing.Witness, turns[Key(standing.Witness)], withdrawn));
        state = await StandingsAsync(ct);
        return due.Length;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // What waited while the server was down comes into the logs first.
            await Task.Delay(First, time, stoppingToken);
            while (true)
            {
                // Whoever waits for news asks for them before reading; of a company that came with this round, in the next.
                var companies = Companies();
                var grown = companies.Select(news.Next).ToArray();
                await TryRunAsync(stoppingToken);
                await Task.Delay(Pause, time, stoppingToken);
                if (!Companies().IsSubsetOf(companies))
                {
                    continue;
                }

                using var woken = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny([.. grown, Task.Delay(NextIn(), time, woken.Token)]);
                await woken.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var turn in turns.Values)
        {
            turn.Dispose();
        }
    }

    private HashSet<CompanyId> Companies() => [.. state.Select(standing => standing.Witness.Company)];

    private async Task TryRunAsync(CancellationToken ct)
    {
        try
        {
            await RunOnceAsync(ct);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or InvalidDataException)
        {
            Log.WitnessesFailed(log, exception);
        }
    }

    /// <summary>When the first of those is due that have not all of their log, or at latest when it is time to look.</summary>
    private TimeSpan NextIn()
    {
        var soonest = state.Where(one => one.Witness.Size != one.LogSize || one.Witness.Failure is not null)
            .Select(one => TurnOf(one.Witness).NotBefore - time.GetUtcNow()).Append(Longest).Min();
        return soonest > TimeSpan.Zero ? soonest : TimeSpan.Zero;
    }

    private async ValueTask<IReadOnlyList<WitnessStanding>> StandingsAsync(CancellationToken ct)
    {
        var standings = await store.ReadAsync(
            session =>
            {
                var witnesses = WitnessTable.All(session);
                var sizes = witnesses.Select(witness => witness.Company).Distinct().ToDictionary(company => company, company => LogTable.SizeOf(session, company));
                return witnesses.ConvertAll(witness => new WitnessStanding(witness, sizes[witness.Company]));
            },
            ct);
        Forget(standings);
        return standings;
    }

    private WitnessTurn TurnOf(WitnessRow witness)
    {
        if (!turns.TryGetValue(Key(witness), out var turn))
        {
            turns.Add(Key(witness), turn = new WitnessTurn(witness, time));
        }

        return turn;
    }

    /// <summary>Those that were removed, or are asked in another way now.</summary>
    private void Forget(IReadOnlyList<WitnessStanding> standings)
    {
        var known = standings.ToDictionary(standing => Key(standing.Witness), standing => standing.Witness);
        foreach (var (key, turn) in turns.Where(turn => !turn.Value.Witness.IsSame(known.GetValueOrDefault(turn.Key))).ToArray())
        {
            turns.Remove(key);
            turn.Dispose();
        }
    }

    private async ValueTask AskAsync(WitnessRow witness, WitnessTurn turn, CancellationToken ct)
    {
        try
        {
            var chain = (await identity.OfAsync(witness.Company, ct)).Chain;
            var made = await store.ReadAsync(session => WitnessOffer.Make(session, witness, chain), ct);
            if (made.TryGet(out var offer, out var damaged) && offer is null)
            {
                return;
            }

            var verdict = offer is null ? new WitnessVerdict.Failed(damaged)
                : (await turn.Http.SendAsync(offer.ToBytes(), ct)).TryGet(out var answer, out var why) ? await judge.JudgeAsync(witness, offer, answer, ct)
                : new WitnessVerdict.Failed(why);

            // Whoever says another size each time gets nowhere.
            verdict = turn.WentOn && verdict is WitnessVerdict.GoesOnFrom ? new WitnessVerdict.Failed(AuditWitnessFailure.NotUnderstood) : verdict;
            turn.Note(verdict, options.Value.CosignEvery, backoff);
            await ledger.KeepAsync(witness, offer, verdict);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever a witness brings about ends its own turn, never the server.
            turn.Note(new WitnessVerdict.Failed(AuditWitnessFailure.LogDamaged), options.Value.CosignEvery, backoff);
            Log.WitnessesFailed(log, exception);
        }
    }

    private static (CompanyId, string) Key(WitnessRow witness) => (witness.Company, witness.Key.Name);
}

/// <summary>A witness, and how long the log is that it watches.</summary>
internal sealed record WitnessStanding(WitnessRow Witness, long LogSize);
