using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Storage;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.Audit;

/// <summary>
/// How long a fact is durable before it is under a signed checkpoint: facts arrive at a steady rate, each in a transaction of its own; the clock runs from the
/// commit until the log's stored end covers the event, which is looked for about every millisecond.
/// </summary>
internal static class SealedLatency
{
    private const double Limit = 200;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measure = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(Report report, string root)
    {
        foreach (var rate in (int[])[50, 1000])
        {
            await using var provider = await AuditStore.StartAsync(Directory.CreateDirectory(Path.Combine(root, $"rate{rate}")).FullName);
            var times = await MeasureAsync(provider.GetRequiredService<IStore>(), rate);
            var name = rate == 1000 ? "audit.sealed" : $"audit.sealed.{rate}";
            var against = $"limit 200 ms; {rate:N0} events/s, {times.Length:N0} measured";
            report.Add(new(name + ".p50", Percentile(times, 0.5), "ms", Percentile(times, 0.5) / Limit, against, "–"));
            report.Add(new(name + ".p99", Percentile(times, 0.99), "ms", Percentile(times, 0.99) / Limit, against, "≤ 1"));
            report.Add(new(name + ".max", times[^1], "ms", times[^1] / Limit, against, "–"));
        }
    }

    private static async Task<double[]> MeasureAsync(IStore store, int perSecond)
    {
        // Events are sealed in the order of their commits.
        var committed = new ConcurrentQueue<long>();
        using var end = new CancellationTokenSource(WarmUp + Measure);
        var begun = Stopwatch.GetTimestamp();
        var watching = Task.Factory.StartNew(() => Watch(store, committed, begun + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency), end.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var writes = new List<Task>();
        for (var number = 0; !end.IsCancellationRequested; number++)
        {
            while (Stopwatch.GetElapsedTime(begun).TotalSeconds * perSecond < number)
            {
                await Task.Delay(1);
            }

            writes.Add(RecordAsync(store, number, committed));
        }

        await Task.WhenAll(writes);
        return [.. (await watching).Order()];
    }

    private static Task RecordAsync(IStore store, int number, ConcurrentQueue<long> committed) => store.WriteAsync(
        transaction =>
        {
            transaction.Record(AuditStore.Event(number));
            transaction.AfterCommit(() => committed.Enqueue(Stopwatch.GetTimestamp()));
            return true;
        },
        CancellationToken.None);

    private static List<double> Watch(IStore store, ConcurrentQueue<long> committed, long from, CancellationToken end)
    {
        var times = new List<double>();
        for (var known = 0L; !end.IsCancellationRequested;)
        {
            Thread.Sleep(1);
            var size = AuditStore.Sealed(store);
            var now = Stopwatch.GetTimestamp();
            for (; known < size; known++)
            {
                long at;
                while (!committed.TryDequeue(out at))
                {
                    Thread.SpinWait(20);
                }

                if (at >= from)
                {
                    times.Add(Stopwatch.GetElapsedTime(at, now).TotalMilliseconds);
                }
            }
        }

        return times;
    }
}
