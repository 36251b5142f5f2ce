using System.Diagnostics;
using Rivet.Bench.Load;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.First;

/// <summary>
/// The numbers of the first conversation: round trips, durable sends, memory of idle connections, start-up. The server
/// runs on core 0, this process on core 1; product and peer take turns and medians are reported.
/// </summary>
internal static class FirstBench
{
    private const int Rounds = 3;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Measure = TimeSpan.FromSeconds(8);

    private static readonly Dictionary<string, Func<Report, DirectoryInfo, Task>> Parts = new()
    {
        ["first.startup"] = StartUpAsync,
        ["first.rtt64"] = RoundTripsAsync,
        ["first.send"] = SendsAsync,
        ["first.memory"] = MemoryAsync,
    };

    /// <summary>Whether a name is the whole or one of its parts.</summary>
    public static bool Knows(string name) => name == "first" || Parts.ContainsKey(name);

    public static async Task<int> RunAsync(string name, Report report)
    {
        Process.GetCurrentProcess().ProcessorAffinity = 2;

        var folder = Directory.CreateTempSubdirectory("rivet-bench-");
        try
        {
            foreach (var (part, run) in Parts)
            {
                if (name == "first" || name == part)
                {
                    Report.Say(part);
                    await run(report, folder.CreateSubdirectory(part));
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        report.Write();
        return 0;
    }

    private static async Task StartUpAsync(Report report, DirectoryInfo folder)
    {
        var times = new List<double>();
        var resident = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            using var server = ServerUnderTest.StartRivet(Path.Combine(folder.FullName, $"{round}"), cores: "0,1");
            times.Add(server.StartUp.TotalSeconds);
            await Task.Delay(TimeSpan.FromSeconds(10));
            resident.Add(server.ResidentMegabytes());
        }

        report.Add(new("first.startup", Median(times), "s", Median(times) / 3, "limit 3 s", "≤ 1"));
        report.Add(new("first.idle", Median(resident), "MB", Median(resident) / 200, "limit 200 MB", "≤ 1"));
    }

    private static async Task RoundTripsAsync(Report report, DirectoryInfo folder)
    {
        const int Connections = 64;
        using var bare = ServerUnderTest.StartBare("echo", folder.FullName);
        using var rivet = ServerUnderTest.StartRivet(folder.FullName);
        var body = Company.EchoBody(256);
        await using var company = await Company.FoundAsync(rivet, Connections);
        var (ours, theirs) = (new List<EchoResult>(), new List<EchoResult>());
        for (var round = 0; round < Rounds; round++)
        {
            theirs.Add(await EchoLoad.RunAsync(await Company.ConnectBareAsync(bare.Port, Connections, named: false), body, WarmUp, Measure, bare.Cpu));
            ours.Add(await EchoLoad.RunAsync(await company.ConnectAllAsync(), body, WarmUp, Measure, rivet.Cpu));
            await company.DisconnectAsync();
            Report.Say($"round trips: {ours[^1]} against {theirs[^1]}");
        }

        report.Add(Ratio("first.rtt64", "requests/s", ours, theirs, result => result.PerSecond, "bare Kestrel TLS 1.3 echo", "≥ 0.7"));
        report.Add(Ratio("first.rtt64.cpu", "µs/request", ours, theirs, result => result.CpuPerRequest, "bare Kestrel TLS 1.3 echo", "–"));
        report.Add(Ratio("first.rtt64.busy", "of a core", ours, theirs, result => result.ServerBusy, "bare Kestrel TLS 1.3 echo", "–"));
    }

    private static async Task SendsAsync(Report report, DirectoryInfo root)
    {
        const int Pairs = 50;
        var (ours, theirs) = (new List<SendResult>(), new List<SendResult>());
        var (half, theirsAtHalf) = (new List<SendResult>(), new List<SendResult>());
        for (var round = 0; round < Rounds; round++)
        {
            using (var bare = ServerUnderTest.StartBare("pipeline", root.CreateSubdirectory($"bare{round}").FullName))
            {
                theirs.Add(await new SendLoad(await Company.BarePairsAsync(bare.Port, Pairs)).RunClosedAsync(WarmUp, Measure, bare.Cpu));
                theirsAtHalf.Add(await new SendLoad(await Company.BarePairsAsync(bare.Port, Pairs)).RunOpenAsync(theirs[^1].PerSecond / 2, WarmUp, Measure, bare.Cpu));
            }

            using (var rivet = ServerUnderTest.StartRivet(root.CreateSubdirectory($"rivet{round}").FullName))
            {
                await using var company = await Company.FoundAsync(rivet, 2 * Pairs);
                ours.Add(await new SendLoad(await company.PairsAsync()).RunClosedAsync(WarmUp, Measure, rivet.Cpu));
                await company.DisconnectAsync();
                half.Add(await new SendLoad(await company.PairsAsync()).RunOpenAsync(ours[^1].PerSecond / 2, WarmUp, Measure, rivet.Cpu));
            }

            Report.Say($"sends: {ours[^1]}\n  bare: {theirs[^1]}\n  half: {half[^1]}\n  bare, half of its own: {theirsAtHalf[^1]}");
        }

        var broken = ours.Concat(half).Sum(result => result.Refused + result.Missing + result.Unacknowledged);
        if (broken > 0)
        {
            throw new InvalidOperationException($"{broken} messages were refused, lost or not acknowledged: these runs count for nothing.");
        }

        report.Add(Ratio("first.send", "delivered/s", ours, theirs, result => result.PerSecond, "bare pipeline", "≥ 0.3, aim 0.5"));
        report.Add(Ratio("first.send.cpu", "µs/message", ours, theirs, result => result.CpuPerMessage, "bare pipeline", "–"));
        report.Add(Ratio("first.send.saturated.p50", "ms", ours, theirs, result => result.P50, "bare pipeline", "–"));
        var p99 = Median(half.Select(result => result.P99));
        report.Add(new("first.send.p50", Median(half.Select(result => result.P50)), "ms", Median(half.Select(result => result.P50)) / 20, "20 ms at half of saturation", "–"));
        report.Add(new("first.send.p99", p99, "ms", p99 / 20, "limit 20 ms at half of saturation", "≤ 1"));
        report.Add(Ratio("first.send.half.p99", "ms", half, theirsAtHalf, result => result.P99, "bare pipeline at half of its own", "–"));
        report.Add(Ratio("first.send.half.cpu", "µs/message", half, theirsAtHalf, result => result.CpuPerMessage, "bare pipeline at half of its own", "–"));
    }

    private static async Task MemoryAsync(Report report, DirectoryInfo folder)
    {
        var (kilobytes, bareKilobytes) = await IdleMemory.MeasureAsync(folder);
        report.Add(new("first.memory", kilobytes, "kB/connection", kilobytes / bareKilobytes, $"bare Kestrel TLS, {bareKilobytes:F1} kB", "≤ 1.5"));
    }
}
