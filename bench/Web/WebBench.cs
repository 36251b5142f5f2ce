using System.Diagnostics;
using Rivet.Bench.Load;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.Web;

/// <summary>
/// What the link costs in a browser: a message against a bare WebSocket of the same page, and WebCrypto's primitives against the same
/// managed in WebAssembly. The server runs on core 0, Chromium on core 1; the two of each pair take turns and medians are reported.
/// </summary>
internal static class WebBench
{
    private const int Rounds = 5;

    private static readonly (string Metric, string Ours, string Theirs, int Size, int Count, string Against)[] Pairs =
    [
        ("web.seal", "seal", "seal.managed", 256, 200, "managed"),
        ("web.seal.16k", "seal", "seal.managed", 16 * 1024, 30, "managed"),
        ("web.open", "open", "seal", 256, 200, "sealing"),
        ("web.x25519", "agree", "agree.managed", 0, 50, "managed"),
        ("web.mlkem", "kem", "kem.managed", 0, 20, "managed"),
    ];

    public static async Task<int> RunAsync(Report report)
    {
        Process.GetCurrentProcess().ProcessorAffinity = 2;
        var folder = Directory.CreateTempSubdirectory("rivet-bench-");
        try
        {
            await MeasureAsync(report, folder);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        report.Write();
        return 0;
    }

    private static async Task MeasureAsync(Report report, DirectoryInfo folder)
    {
        using var bare = ServerUnderTest.StartBare("websocket", folder.FullName);
        using var rivet = ServerUnderTest.StartRivet(folder.FullName);
        await using var company = await Company.FoundAsync(rivet, 0);
        await using var page = await PublishedPage.OpenAsync(rivet.Port);
        report.Add(new Figure("web.download", page.DownloadKilobytes, "KiB", page.DownloadKilobytes / page.EmptyKilobytes, $"the empty runtime, {page.EmptyKilobytes:N0}", "stated"));

        var invitation = await company.InviteAsync();
        await page.ConnectAsync(invitation.Reveal(), "Browser");
        await RoundTripsAsync(report, page, bare, "web.rtt1", 256, 300);
        await RoundTripsAsync(report, page, bare, "web.rtt1.16k", 16 * 1024, 60);
        await SignInsAsync(report, page, invitation.Reveal());
        foreach (var (metric, ours, theirs, size, count, against) in Pairs)
        {
            Report.Say(metric);
            var (mine, other) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                mine.Add(await page.MeasureAsync(ours, size, count));
                other.Add(await page.MeasureAsync(theirs, size, Math.Max(5, count / 4)));
            }

            report.Add(Ratio(metric, "µs", mine, other, value => value, against, "stated"));
        }
    }

    private static async Task RoundTripsAsync(Report report, PublishedPage page, ServerUnderTest bare, string metric, int size, int count)
    {
        Report.Say(metric);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            theirs.Add(await page.EchoBareAsync(bare.Port, size, count));
            ours.Add(await page.EchoAsync(size, count));
        }

        report.Add(Ratio(metric, "ms", ours, theirs, value => value, "a bare WebSocket", "stated"));
    }

    private static async Task SignInsAsync(Report report, PublishedPage page, string invitation)
    {
        Report.Say("web.signin");
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await page.SignInAsync(invitation, managedKem: false));
            theirs.Add(await page.SignInAsync(invitation, managedKem: true));
        }

        report.Add(Ratio("web.signin", "ms", ours, theirs, value => value, "ML-KEM managed", "stated"));
    }
}
