using System.Diagnostics;
using Rivet.Bench.Load;
using Rivet.Wire;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.Lws;

/// <summary>
/// The numbers of the link: what a frame, a stream, a sign-in and an idle connection cost above bare TLS. The server runs on core 0,
/// this process on core 1; product and peer take turns and medians are reported.
/// </summary>
internal static class LwsBench
{
    private const int Rounds = 3;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Measure = TimeSpan.FromSeconds(6);

    private static readonly Dictionary<string, Func<Report, DirectoryInfo, Task>> Parts = new()
    {
        ["lws.rtt1"] = (report, folder) => RoundTripsAsync(report, folder, "lws.rtt1", 1),
        ["lws.rtt64"] = (report, folder) => RoundTripsAsync(report, folder, "lws.rtt64", 64),
        ["lws.bulk"] = BulkAsync,
        ["lws.signin"] = SignInsAsync,
        ["lws.handshake"] = HandshakesAsync,
        ["lws.allocations"] = AllocationsAsync,
        ["lws.memory"] = MemoryAsync,
    };

    /// <summary>Whether a name is the whole or one of its parts.</summary>
    public static bool Knows(string name) => name == "lws" || Parts.ContainsKey(name);

    public static async Task<int> RunAsync(string name, Report report)
    {
        Process.GetCurrentProcess().ProcessorAffinity = 2;
        var folder = Directory.CreateTempSubdirectory("rivet-bench-");
        try
        {
            foreach (var (part, run) in Parts.Where(part => name == "lws" || name == part.Key))
            {
                Report.Say(part);
                await run(report, folder.CreateSubdirectory(part));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        report.Write();
        return 0;
    }

    private static async Task RoundTripsAsync(Report report, DirectoryInfo folder, string metric, int connections)
    {
        using var bare = ServerUnderTest.StartBare("echo", folder.FullName);
        using var rivet = ServerUnderTest.StartRivet(folder.FullName);
        var body = Company.EchoBody(256);
        await using var company = await Company.FoundAsync(rivet, connections);
        var (ours, theirs) = (new List<EchoResult>(), new List<EchoResult>());
        for (var round = 0; round < Rounds; round++)
        {
            theirs.Add(await EchoLoad.RunAsync(await Company.ConnectBareAsync(bare.Port, connections, named: false), body, WarmUp, Measure, bare.Cpu));
            ours.Add(await EchoLoad.RunAsync(await company.ConnectAllAsync(), body, WarmUp, Measure, rivet.Cpu));
            await company.DisconnectAsync();
            Report.Say($"{metric}: {ours[^1]} against {theirs[^1]}");
        }

        report.Add(Ratio(metric, "requests/s", ours, theirs, result => result.PerSecond, "bare Kestrel TLS 1.3 echo", "≥ 0.8"));
        report.Add(Ratio(metric + ".cpu", "µs/request", ours, theirs, result => result.CpuPerRequest, "bare Kestrel TLS 1.3 echo", "–"));
    }

    private static async Task BulkAsync(Report report, DirectoryInfo folder)
    {
        const int Connections = 4;
        using var bare = ServerUnderTest.StartBare("echo", folder.FullName);
        using var rivet = ServerUnderTest.StartRivet(folder.FullName);
        await using var company = await Company.FoundAsync(rivet, Connections);
        var (ours, theirs) = (new List<BulkResult>(), new List<BulkResult>());
        for (var round = 0; round < Rounds; round++)
        {
            theirs.Add(await BulkLoad.RunAsync(await Company.ConnectBareAsync(bare.Port, Connections, named: false), isBare: true, WarmUp, Measure, bare.Cpu));
            ours.Add(await BulkLoad.RunAsync(await company.ConnectAllAsync(), isBare: false, WarmUp, Measure, rivet.Cpu));
            await company.DisconnectAsync();
            Report.Say($"lws.bulk: {ours[^1]} against {theirs[^1]}");
        }

        report.Add(Ratio("lws.bulk", "MB/s each way", ours, theirs, result => result.MegabytesPerSecond, "bare Kestrel TLS 1.3 echo", "≥ 0.5"));
        report.Add(Ratio("lws.bulk.cpu", "µs/MB", ours, theirs, result => result.CpuPerMegabyte, "bare Kestrel TLS 1.3 echo", "–"));
    }

    private static async Task SignInsAsync(Report report, DirectoryInfo folder)
    {
        const int Count = 2_000;
        using var rivet = ServerUnderTest.StartRivet(folder.FullName);
        await using var company = await Company.FoundAsync(rivet, LinkCosts.AtOnce);
        var (target, devices) = company.Devices;
        await LinkCosts.MeasureAsync(Beginning.SignIn, target, devices, 2 * Count, rivet.Cpu);
        await LinkCosts.MeasureAsync(Beginning.Resume, target, devices, Count, rivet.Cpu); // Compiled by now.
        var (tls, full, resumed) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < 9; round++)
        {
            tls.Add(await LinkCosts.MeasureAsync(Beginning.TlsOnly, target, devices, Count, rivet.Cpu));
            full.Add(await LinkCosts.MeasureAsync(Beginning.SignIn, target, devices, Count, rivet.Cpu));
            resumed.Add(await LinkCosts.MeasureAsync(Beginning.Resume, target, devices, Count, rivet.Cpu));
            Report.Say($"lws.signin: TLS alone {tls[^1]:F0} µs, sign-in {full[^1]:F0} µs, resumed {resumed[^1]:F0} µs");
        }

        report.Add(new(
            "lws.signin", 1e6 / Median(full), "sign-ins/s of a core", Median(tls.Zip(full, (bare, whole) => bare / whole)),
            $"TLS handshakes of the same server, {1e6 / Median(tls):N0}/s of a core", "≥ 0.5"));
        report.Add(new(
            "lws.resume", 1e6 / Median(resumed), "sign-ins/s of a core", Median(full.Zip(resumed, (whole, ticket) => whole / ticket)),
            "full sign-ins", "stated"));
    }

    private static async Task HandshakesAsync(Report report, DirectoryInfo folder)
    {
        const int Count = 1_000;
        var first = await Handshakes.MeasureAsync(LinkPattern.FirstContact, Count);
        foreach (var pattern in (LinkPattern[])[LinkPattern.FirstContact, LinkPattern.KnownServer, LinkPattern.Resumption])
        {
            var spent = await Handshakes.MeasureAsync(pattern, Count);
            report.Add(new($"lws.handshake.{pattern}", spent, "µs, the server's side", spent / first, $"first contact, {first:F0} µs", "–"));
        }
    }

    private static Task AllocationsAsync(Report report, DirectoryInfo folder)
    {
        var bytes = Allocations.Measure();
        report.Add(new("lws.allocations", bytes, "bytes/frame, both ends", bytes, "limit 0", "0"));
        return Task.CompletedTask;
    }

    private static async Task MemoryAsync(Report report, DirectoryInfo folder)
    {
        var (kilobytes, bare) = await IdleMemory.MeasureAsync(folder);
        report.Add(new("lws.memory", kilobytes - bare, "KiB above bare TLS", (kilobytes - bare) / 12, $"limit 12 KiB above {bare:F1} KiB", "≤ 1"));
    }
}
