using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Access;
using Rivet.Audit;
using Rivet.Kernel;
using Rivet.Storage;
using static Rivet.Bench.Audit.AuditStore;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.Audit;

/// <summary>
/// The sealed log over a real store and vault, on this machine's two cores: events recorded in transactions, brought through the outbox, sealed, hashed and signed
/// for; proofs out of a log of a million; and the verifier as a process of its own over that log's mirror.
/// </summary>
internal static class AuditBench
{
    private const int Rounds = 3;
    private const int Million = 1_000_000;
    private const int EventsATransaction = 16;
    private const int Writers = 64;

    public static bool Knows(string name) => name is "audit" or "audit.append" or "audit.verify1m" or "audit.sealed" or "audit.sendcost" || QueryBench.Knows(name);

    public static async Task<int> RunAsync(string name, Report report)
    {
        var root = Directory.CreateTempSubdirectory("rivet-bench-audit-").FullName;
        try
        {
            if (name is "audit" or "audit.sealed")
            {
                await SealedLatency.RunAsync(report, root);
            }

            if (name is "audit" or "audit.append" or "audit.verify1m")
            {
                await LogAsync(name, report, Directory.CreateDirectory(Path.Combine(root, "log")).FullName);
            }

            if (name == "audit" || QueryBench.Knows(name))
            {
                await QueryBench.RunAsync(name, report, Directory.CreateDirectory(Path.Combine(root, "query")).FullName);
            }

            // Last: it binds this process to one core.
            if (name is "audit" or "audit.sendcost")
            {
                await SendCost.RunAsync(report, root);
            }

            report.Write();
            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task LogAsync(string name, Report report, string root)
    {
        await using var provider = await StartAsync(root);
        var store = provider.GetRequiredService<IStore>();
        if (name is "audit" or "audit.append")
        {
            await AppendAsync(report, store, "audit.append", EventsATransaction, Million / 4);
            await AppendAsync(report, store, "audit.append.single", 1, Million / 8);
        }

        await FillAsync(store, Million);
        await ProveAsync(report, provider);
        Size(report, store);
        if (name is "audit" or "audit.verify1m")
        {
            await VerifyAsync(report, provider, root);
        }
    }

    /// <summary>From the first transaction to the moment when the last event is under a signed checkpoint.</summary>
    private static async Task AppendAsync(Report report, IStore store, string metric, int atOnce, int count)
    {
        var rates = new List<double>();
        var bare = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var before = Sealed(store);
            var watch = Stopwatch.StartNew();
            await RecordAsync(store, count, atOnce);
            while (Sealed(store) < before + count)
            {
                await Task.Delay(1);
            }

            rates.Add(count / watch.Elapsed.TotalSeconds);
            bare.Add(await OutboxAloneAsync(store, count, atOnce));
            Report.Say($"  {rates[^1]:N0}/s sealed; {bare[^1]:N0}/s into a table of the same store alone");
        }

        report.Add(new(metric, Median(rates), "events/s", Median(rates) / 50_000, $"50,000/s; {atOnce} a transaction, {Writers} writers at once", "≥ 1"));
        report.Add(new(metric + ".outbox", Median(rates), "events/s", Median(rates.Zip(bare, (mine, other) => mine / other)), $"the same payloads into one bare table, {Median(bare):N0}/s", "–"));
    }

    private static async Task RecordAsync(IStore store, int count, int atOnce)
        => await EverybodyAsync(count / atOnce, async index =>
        {
            // As whoever is refused because the log is behind would: wait, and try again.
            while (!await TryRecordAsync(store, index, atOnce))
            {
                await Task.Delay(5);
            }
        });

    private static async Task<bool> TryRecordAsync(IStore store, int index, int atOnce)
    {
        try
        {
            await store.WriteAsync(
                transaction =>
                {
                    for (var at = 0; at < atOnce; at++)
                    {
                        transaction.Record(Event(index + at));
                    }

                    return Done.Value;
                },
                CancellationToken.None);
            return true;
        }
        catch (LogBehindException)
        {
            return false;
        }
    }

    private static async Task<double> OutboxAloneAsync(IStore store, int count, int atOnce)
    {
        await store.WriteAsync(transaction => transaction.Execute("CREATE TABLE IF NOT EXISTS bench_bare (position INTEGER PRIMARY KEY, topic TEXT, company BLOB, payload BLOB)"), CancellationToken.None);
        var (company, payload) = (Company.ToBytes(), new byte[300]);
        var watch = Stopwatch.StartNew();
        await EverybodyAsync(count / atOnce, _ => store.WriteAsync(
            transaction =>
            {
                for (var at = 0; at < atOnce; at++)
                {
                    transaction.Execute("INSERT INTO bench_bare (topic, company, payload) VALUES ($1, $2, $3)", "bare", company, payload);
                }

                return Done.Value;
            },
            CancellationToken.None));
        var rate = count / watch.Elapsed.TotalSeconds;
        await store.WriteAsync(transaction => transaction.Execute("DROP TABLE bench_bare"), CancellationToken.None);
        return rate;
    }

    private static async Task EverybodyAsync(int works, Func<int, Task> write)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var index && index < works)
            {
                await write(index);
            }
        })));
    }

    private static async Task FillAsync(IStore store, int wanted)
    {
        while (Sealed(store) is var size && size < wanted)
        {
            var count = (int)Math.Min(50_000, wanted - size);
            await RecordAsync(store, count / EventsATransaction * EventsATransaction, EventsATransaction);
            await RecordAsync(store, count % EventsATransaction, 1);
            while (Sealed(store) < size + count)
            {
                await Task.Delay(5);
            }
        }
    }

    private static async Task ProveAsync(Report report, ServiceProvider provider)
    {
        var permit = await PermitAsync(provider);
        var logs = provider.GetRequiredService<IAuditLog>();
        var times = new List<double>();
        for (var at = 0; at < 2000; at++)
        {
            var watch = Stopwatch.StartNew();
            _ = (await logs.ProveAsync(permit, Random.Shared.NextInt64(Million), CancellationToken.None)).Value;
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        report.Add(new("audit.proof", Median(times), "ms", Median(times), "1 ms; event, path and checkpoint out of a million", "≤ 1"));
        report.Add(new("audit.proof.p99", times[times.Count * 99 / 100], "ms", times[times.Count * 99 / 100], "1 ms", "–"));
    }

    private static void Size(Report report, IStore store)
    {
        var (entries, hashes) = store.ReadAsync(
            session => (session.QueryFirst("SELECT sum(length(entries)) FROM audit_bundle", row => row.GetInt64(0)), session.QueryFirst("SELECT sum(length(hashes)) FROM audit_tile", row => row.GetInt64(0))),
            CancellationToken.None).Result;
        report.Add(new("audit.bytes", (double)(entries + hashes) / Sealed(store), "bytes/event", double.NaN, $"{(double)entries / Sealed(store):N0} the entry, {(double)hashes / Sealed(store):N0} hashes", "stated"));
    }

    private static async Task VerifyAsync(Report report, ServiceProvider provider, string root)
    {
        var mirror = Path.Combine(root, "mirror");
        var head = (await provider.GetRequiredService<IAuditLog>().ReadHeadAsync(Company, CancellationToken.None)).Value!;
        await MirrorFolder.WriteAsync(provider.GetRequiredService<IStore>(), Company, head.Key, mirror);
        var verifier = Path.Combine(AppContext.BaseDirectory, "../../Rivet.Verify/release/Rivet.Verify");
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo(verifier, ["log", mirror]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            times.Add(watch.Elapsed.TotalSeconds);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException("The verifier does not find the log intact: " + said);
            }
        }

        report.Add(new("audit.verify1m", Median(times), "s", Median(times) / 10, "10 s; a process of its own, entries, tiles, tree, identifiers and times", "≤ 1"));
    }
}
