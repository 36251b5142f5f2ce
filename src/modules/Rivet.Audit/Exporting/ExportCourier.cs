using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Hosting.Outgoing;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Exporting;

/// <summary>
/// Brings the logs to their receivers: for each destination one batch at a time, in the log's order, and the cursor behind it only once it was taken.
/// Each destination runs by itself; one that does not answer holds up no other, and the log waits for none.
/// </summary>
internal sealed class ExportCourier(
    IStore store, ExportBook book, ExportReader reader, ExportSender sender, LogNews news, Chance chance, ExportMeters meters, TimeProvider time, ILogger<ExportCourier> log)
    : BackgroundService
{
    /// <summary>Bounds what is held in memory. A company has at most eight, so that none takes it all.</summary>
    private const int AtOnce = 256;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    /// <summary>Also without news: what a clock that jumped or a row written by somebody else would leave lying.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(15);
    private readonly Backoff backoff = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), chance);
    private readonly ConcurrentDictionary<Guid, Turn> turns = new();

    /// <summary>One round over the destinations that are due and not under way; ends with them, and gives how many events were taken.</summary>
    internal async Task<long> RunOnceAsync(CancellationToken ct) => (await Task.WhenAll(await BeginAsync(ct))).Sum();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task<long>>();
        try
        {
            while (true)
            {
                // Whoever waits for news asks for them before reading; a destination that ends may have missed what came meanwhile.
                await Task.Delay(Gathering, time, stoppingToken);
                var grown = news.Anywhere;
                foreach (var ended in running.Where(task => task.IsCompleted).ToArray())
                {
                    running.Remove(ended);
                    await ended;
                }

                running.AddRange(await TryBeginAsync(stoppingToken));
                using var woken = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny([grown, .. running, Task.Delay(NextIn(), time, woken.Token)]);
                await woken.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>When the first destination that failed is due, or at latest when it is time to look.</summary>
    private TimeSpan NextIn()
    {
        var now = time.GetUtcNow();
        var soonest = turns.Values.Where(turn => turn is { IsUnderWay: false, Failures: > 0 }).Select(turn => turn.Due - now).Append(Longest).Min();
        return soonest > TimeSpan.Zero ? soonest : TimeSpan.Zero;
    }

    /// <summary>A receiver that asks for longer gets it, up to a quarter of an hour.</summary>
    internal static TimeSpan Wait(TimeSpan own, TimeSpan asked)
    {
        var bounded = asked > LongestAsked ? LongestAsked : asked;
        return bounded > own ? bounded : own;
    }

    private async ValueTask<IReadOnlyList<Task<long>>> TryBeginAsync(CancellationToken ct)
    {
        try
        {
            return await BeginAsync(ct);
        }
        catch (StoreUnavailableException exception)
        {
            Log.ExportRoundFailed(log, exception);
            return [];
        }
    }

    private async ValueTask<IReadOnlyList<Task<long>>> BeginAsync(CancellationToken ct)
    {
        var behind = await store.ReadAsync(ExportTable.Behind, ct);
        foreach (var gone in turns.Where(turn => !turn.Value.IsUnderWay).Select(turn => turn.Key).Except(behind.Select(row => row.Id)))
        {
            turns.TryRemove(gone, out _);
        }

        var now = time.GetUtcNow();
        var places = AtOnce - turns.Values.Count(turn => turn.IsUnderWay);
        var due = behind
            .Select(row => (Row: row, Turn: turns.GetOrAdd(row.Id, _ => new Turn())))
            .Where(one => !one.Turn.IsUnderWay && one.Turn.Due <= now)
            .OrderBy(one => one.Turn.Due).Take(Math.Max(0, places)).ToArray();
        return [.. due.Select(one => RunAsync(one.Row, one.Turn, ct))];
    }

    /// <summary>One destination, until it has all there is or stops.</summary>
    private async Task<long> RunAsync(ExportRow row, Turn turn, CancellationToken ct)
    {
        turn.IsUnderWay = true;
        try
        {
            await Task.Yield();
            var sent = 0L;
            while (await BringAsync(row, turn, ct) is { } batch)
            {
                sent += batch.Lines.Count;
                row = row with { Next = batch.To, Until = null };
            }

            return sent;
        }
        finally
        {
            turn.IsUnderWay = false;
        }
    }

    /// <summary>One batch; null when there was none, or it was not taken.</summary>
    private async ValueTask<ExportBatch?> BringAsync(ExportRow row, Turn turn, CancellationToken ct)
    {
        var (batch, outcome) = await TryAsync(row, ct);
        if (batch is null && outcome.Step is ExportStep.Sent)
        {
            return null;
        }

        // What was taken is taken: this is not withdrawn.
        var kept = await KeepAsync(row, batch, outcome);
        var isTaken = kept && outcome.Step is ExportStep.Sent;
        turn.Failures = isTaken ? 0 : turn.Failures + 1;
        turn.Due = isTaken ? default : time.GetUtcNow() + Wait(backoff.After(turn.Failures), outcome.Later);
        meters.Ended(row.Kind, outcome.Step, batch?.Lines.Count ?? 0);
        return isTaken ? batch : null;
    }

    private async ValueTask<(ExportBatch? Batch, ExportOutcome Outcome)> TryAsync(ExportRow row, CancellationToken ct)
    {
        try
        {
            if (await book.OpenAsync(row, ct) is not { } settings)
            {
                return (null, new(ExportStep.Settings));
            }

            var batch = await reader.ReadAsync(row, settings, ct);
            return batch is null || batch.Lines.Count == 0 ? (batch, ExportOutcome.Sent) : (batch, await sender.SendAsync(settings, batch, ct));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever a receiver brings about stops its own export, never the server.
            Log.ReadFailed(log, exception);
            return (null, new(ExportStep.Log));
        }
    }

    private async ValueTask<bool> KeepAsync(ExportRow row, ExportBatch? batch, ExportOutcome outcome)
    {
        try
        {
            if (outcome.Step is ExportStep.Sent && batch is not null)
            {
                return await store.WriteAsync(transaction => ExportTable.Move(transaction, row, batch.To, batch.Lines.Count), CancellationToken.None);
            }

            Log.ExportStopped(log, LogIdentity.NameOf(row.Company), outcome.Step);
            var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            return await store.WriteAsync(
                transaction =>
                {
                    ExportTable.Stop(transaction, row, batch?.To, outcome, nowMs);
                    return true;
                },
                CancellationToken.None);
        }
        catch (StoreUnavailableException exception)
        {
            Log.ExportRoundFailed(log, exception);
            return false;
        }
    }

    /// <summary>When a destination is due; in memory only, so that a server that starts tries everybody at once.</summary>
    private sealed class Turn
    {
        private volatile bool isUnderWay;

        public bool IsUnderWay
        {
            get => isUnderWay;
            set => isUnderWay = value;
        }

        public int Failures { get; set; }

        public DateTimeOffset Due { get; set; }
    }
}
