using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Bench.Load;
using Rivet.Kernel;
using Rivet.Storage;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.Audit;

/// <summary>
/// What the security log costs a message, which records nothing itself. <c>audit.sendcost</c>: writes such as a message makes, with the log there against without.
/// <c>audit.sendcost.beside</c>: what other people's events cost it, an event to a dozen messages: the real server on core 0, sends at its saturation, while a program beside it
/// records a thousand events a second in the same store (with a sync of its own each time, which the server's own writer would share) and the server seals them; rounds in turn over one server.
/// </summary>
internal static class SendCost
{
    private const int Rounds = 5;

    /// <summary>So many that at saturation nobody writes more in a minute than a person may.</summary>
    private const int Pairs = 250;
    private const int EventsPerSecond = 1000;
    private const int EventsATransaction = 50;
    private const double LimitPercent = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measure = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(Report report, string root)
    {
        await PresenceAsync(report, root);
        await BesideAsync(report, Directory.CreateDirectory(Path.Combine(root, "sends")).FullName);
    }

    private static async Task BesideAsync(Report report, string folder)
    {
        Process.GetCurrentProcess().ProcessorAffinity = 2;
        using var server = ServerUnderTest.StartRivet(folder);
        await using var company = await Company.FoundAsync(server, 2 * Pairs);
        await SendAsync();
        var (without, beside) = (new List<SendResult>(), new List<SendResult>());
        for (var round = 0; round < Rounds; round++)
        {
            without.Add(await SendAsync());
            await using (new Recorder(Path.Combine(folder, "data")))
            {
                beside.Add(await SendAsync());
            }

            Report.Say($"sends: {without[^1]}\n  while {EventsPerSecond:N0} events/s are sealed: {beside[^1]}");
        }

        if (without.Concat(beside).Sum(result => result.Refused + result.Missing + result.Unacknowledged) is > 0 and var broken)
        {
            throw new InvalidOperationException($"{broken} messages were refused, lost or not acknowledged: these runs count for nothing.");
        }

        Add(report, "audit.sendcost.beside", [.. without.Zip(beside, (alone, busy) => 100 * (1 - (busy.PerSecond / alone.PerSecond)))], $"limit 5 %; {Median(beside.Select(one => one.PerSecond)):N0} sends/s with {EventsPerSecond:N0} events/s, {Median(without.Select(one => one.PerSecond)):N0} without");
        report.Add(Ratio("audit.sendcost.beside.cpu", "µs/message", beside, without, result => result.CpuPerMessage, "without, the events' own work counted in", "–"));
        report.Add(Ratio("audit.sendcost.beside.p99", "ms", beside, without, result => result.P99, "without, at saturation", "–"));

        async Task<SendResult> SendAsync()
        {
            var result = await new SendLoad(await company.PairsAsync()).RunClosedAsync(WarmUp, Measure, server.Cpu);
            await company.DisconnectAsync();
            return result;
        }
    }

    private static async Task PresenceAsync(Report report, string root)
    {
        await using var without = await AuditStore.StartAsync(Directory.CreateDirectory(Path.Combine(root, "without")).FullName, hasLog: false, Reads);
        await using var with = await AuditStore.StartAsync(Directory.CreateDirectory(Path.Combine(root, "with")).FullName, hasLog: true, Reads);
        var costs = new List<double>();
        await WriteAsync(without);
        await WriteAsync(with);
        for (var round = 0; round < 3 * Rounds; round++)
        {
            // In turn, so that neither always has the other's syncs behind it.
            var (first, second) = round % 2 == 0 ? (without, with) : (with, without);
            var (one, other) = (await WriteAsync(first), await WriteAsync(second));
            var (alone, logged) = round % 2 == 0 ? (one, other) : (other, one);
            costs.Add(100 * (1 - (logged / alone)));
            Report.Say($"  {logged:N0} writes/s with the log's consumer, {alone:N0} without");
        }

        Add(report, "audit.sendcost", costs, "limit 5 %; the store's writes with the log's consumer there, against without");

        static void Reads(IServiceCollection services) => services.AddOutboxConsumer<Passing>();
    }

    /// <summary>Rows with their announcement, as an appended message makes them, by 64 writers; gives the rate.</summary>
    private static async Task<double> WriteAsync(IServiceProvider provider)
    {
        const int Count = 120_000;
        var store = provider.GetRequiredService<IStore>();
        await store.WriteAsync(transaction => transaction.Execute("CREATE TABLE IF NOT EXISTS bench_message (position INTEGER PRIMARY KEY, content BLOB)"), CancellationToken.None);
        var (content, announcement, next) = (new byte[400], new byte[100], -1);
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) < Count)
            {
                await store.WriteAsync(
                    transaction =>
                    {
                        transaction.Execute("INSERT INTO bench_message (content) VALUES ($1)", content);
                        transaction.Publish(Passing.Messages, AuditStore.Company, announcement);
                        return true;
                    },
                    CancellationToken.None);
            }
        })));
        return Count / watch.Elapsed.TotalSeconds;
    }

    private static void Add(Report report, string metric, List<double> percents, string against)
        => report.Add(new(metric, Median(percents), "%", Median(percents) / LimitPercent, $"{against} [{percents.Min():N1}–{percents.Max():N1}]", "≤ 1"));

    /// <summary>Whoever else waits for messages; it needs to do nothing.</summary>
    private sealed class Passing : IOutboxConsumer
    {
        public const string Messages = "bench-message";

        public string Name => "bench";

        public string Topic => Messages;

        public ValueTask<Action<WriteTransaction>> PrepareAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct) => new(_ => { });
    }

    /// <summary>Records events at a steady rate in the store of a server that runs, which seals them.</summary>
    private sealed class Recorder : IAsyncDisposable
    {
        private readonly CancellationTokenSource end = new();
        private readonly Task running;

        public Recorder(string folder) => running = Task.Run(() => RunAsync(folder));

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await running;
            end.Dispose();
        }

        private async Task RunAsync(string folder)
        {
            using var store = StoreBeside.Open(folder, []);
            var begun = Stopwatch.GetTimestamp();
            for (var number = 0; !end.IsCancellationRequested; number += EventsATransaction)
            {
                while (Stopwatch.GetElapsedTime(begun).TotalSeconds * EventsPerSecond < number)
                {
                    await Task.Delay(2);
                }

                await store.WriteAsync(
                    transaction =>
                    {
                        for (var at = 0; at < EventsATransaction; at++)
                        {
                            transaction.Record(AuditStore.Event(number + at));
                        }

                        return true;
                    },
                    CancellationToken.None);
            }
        }
    }
}
