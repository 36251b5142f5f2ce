using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;

namespace Rivet.Storage;

/// <summary>
/// Brings outbox rows to their consumers and removes those that everybody has seen. In a host from when all of it has started: consumers need what starts after
/// the store, and that may wait for somebody who types a passphrase, or be refused.
/// </summary>
internal sealed class OutboxPump(
    IStore store, IEnumerable<IOutboxConsumer> consumers, OutboxLag lag, TimeProvider time, ILogger<OutboxPump> log, IHostApplicationLifetime? life = null)
    : BackgroundService
{
    private const int BatchSize = 4096;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>A failure that goes on is told again no sooner: it is met twenty times a second.</summary>
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    private readonly IOutboxConsumer[] consumers = Named(consumers);
    private readonly ConcurrentDictionary<string, long> told = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (life is not null)
            {
                var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using (life.ApplicationStarted.Register(started.SetResult))
                {
                    await started.Task.WaitAsync(stoppingToken);
                }
            }

            while (true)
            {
                await Task.Delay(Pause, time, stoppingToken);
                while (await RunOnceAsync(stoppingToken))
                {
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Gives each consumer its next batch, all at once: the store commits them together. True while there may be more.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        var more = await Task.WhenAll(consumers.Select(consumer => AdvanceAsync(consumer, ct)));

        try
        {
            if (consumers.Length > 0)
            {
                await TrimAsync(ct);
            }
        }
        catch (StoreUnavailableException exception)
        {
            Log.TrimFailed(log, exception);
        }

        return more.Contains(true);
    }

    private async Task<bool> AdvanceAsync(IOutboxConsumer consumer, CancellationToken ct)
    {
        var isLog = consumer.Topic == SecurityEvents.Topic;
        try
        {
            var batch = await store.ReadAsync(session => Next(session, consumer), ct);
            if (batch.Rows.Count > 0)
            {
                var apply = await consumer.PrepareAsync(batch.Rows, ct);
                await store.WriteAsync(transaction => Advance(transaction, consumer, batch, apply), ct);
            }
            else if (batch.Passed > batch.Cursor)
            {
                await store.WriteAsync(transaction => Advance(transaction, consumer, batch, _ => { }), ct);
            }

            told.TryRemove(consumer.Name, out _);
            if (isLog)
            {
                lag.Set(batch.Behind);
                lag.Works();
            }

            return batch.Rows.Count == BatchSize;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (!told.TryGetValue(consumer.Name, out var last) || time.GetElapsedTime(last) >= TellEvery)
            {
                told[consumer.Name] = time.GetTimestamp();
                Log.ConsumerFailed(log, consumer.Name, exception);
            }

            if (isLog)
            {
                lag.Failed();
            }

            return false;
        }
    }

    private static Batch Next(ReadSession session, IOutboxConsumer consumer)
    {
        var (cursor, last) = session.QueryFirst(
            "SELECT coalesce((SELECT position FROM outbox_cursor WHERE consumer = $1), 0), coalesce((SELECT max(position) FROM outbox), 0)",
            row => (row.GetInt64(0), row.GetInt64(1)), consumer.Name);
        if (last <= cursor)
        {
            return new Batch([], cursor, cursor, 0);
        }

        var rows = session.Query(
            "SELECT position, topic, company, payload FROM outbox WHERE position > $1 AND topic = $2 ORDER BY position LIMIT $3",
            row => new OutboxRow(row.GetInt64(0), row.GetString(1), (byte[])row.GetValue(2), (byte[])row.GetValue(3)),
            cursor, consumer.Topic, BatchSize);

        // Rows of other topics are passed over too, so that the cursor does not hold them back from being removed.
        var passed = rows.Count == BatchSize ? rows[^1].Position : last;
        return new Batch(rows, cursor, passed, last - passed);
    }

    private static Done Advance(WriteTransaction transaction, IOutboxConsumer consumer, Batch batch, Action<WriteTransaction> apply)
    {
        apply(transaction);
        var moved = transaction.Execute(
            """
            INSERT INTO outbox_cursor (consumer, position) VALUES ($1, $2)
            ON CONFLICT (consumer) DO UPDATE SET position = excluded.position WHERE position = $3
            """,
            consumer.Name, batch.Passed, batch.Cursor);
        return moved == 1 ? Done.Value : throw new InvalidOperationException($"Somebody else moved the cursor of {consumer.Name}.");
    }

    private static IOutboxConsumer[] Named(IEnumerable<IOutboxConsumer> consumers)
    {
        var all = consumers.ToArray();
        return all.DistinctBy(consumer => consumer.Name).Count() == all.Length
            ? all
            : throw new InvalidOperationException("Two outbox consumers share a name, and so would share a cursor.");
    }

    private async Task TrimAsync(CancellationToken ct)
    {
        var known = consumers.Select(consumer => consumer.Name).ToHashSet();
        var cursors = await store.ReadAsync(
            session => session.Query("SELECT consumer, position FROM outbox_cursor", row => (Name: row.GetString(0), Position: row.GetInt64(1))), ct);
        var seenByAll = cursors.Where(cursor => known.Contains(cursor.Name)).ToList();
        if (seenByAll.Count == known.Count)
        {
            var until = seenByAll.Min(cursor => cursor.Position);
            var oldest = await store.ReadAsync(
                session => session.QueryFirst("SELECT coalesce(min(position), 0) FROM outbox", row => row.GetInt64(0)), ct);
            if (oldest > 0 && oldest <= until)
            {
                await store.WriteAsync(transaction => transaction.Execute("DELETE FROM outbox WHERE position <= $1", until), ct);
            }
        }
    }

    /// <param name="Rows">The next rows of the consumer's topic.</param>
    /// <param name="Cursor">How far it had come.</param>
    /// <param name="Passed">How far these bring it.</param>
    /// <param name="Behind">Rows after these.</param>
    private sealed record Batch(List<OutboxRow> Rows, long Cursor, long Passed, long Behind);
}
