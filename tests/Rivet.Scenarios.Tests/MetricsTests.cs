using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Rivet.Server;
using Rivet.Server.Startup;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>docs/operations/operations.md lists what <c>/metrics</c> gives, and nothing else.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_OfARunningServer_AreThoseOfThePage()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        await company.Founder.AskAsync(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = bo.Id }, SignOutDeviceResponse.Parser);
        await bo.Link.Closed.WaitAsync(Company.Ct);

        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler);
        var text = await http.GetStringAsync(new Uri($"https://127.0.0.1:{server.Port}/metrics"), Company.Ct);
        var found = TypeLine().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();

        var (always, later) = Documented();
        Assert.Empty(found.Except(always).Except(later));
        Assert.Empty(always.Except(found));
    }

    /// <summary>Also those that are counted only once something went wrong.</summary>
    [Fact]
    public async Task Instruments_OfRivet_AreThoseOfThePage()
    {
        var instruments = new HashSet<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name.StartsWith("Rivet.", StringComparison.Ordinal))
            {
                lock (instruments)
                {
                    instruments.Add(instrument.Name.Replace('.', '_') + (instrument is Counter<long> ? "_total" : ""));
                }
            }
        };
        listener.Start();
        using var folder = new TempFolder();
        await using (var server = RivetServer.Build(new ServerOptions
        {
            DataFolder = folder["data"], KeysFolder = folder["keys"], Port = 0, Hosts = ["localhost"], Quota = 0, BoundOnly = false, Json = false,
        }))
        {
            await server.StartAsync(Company.Ct);
        }

        var (always, later) = Documented();
        Assert.NotEmpty(instruments);
        Assert.Equal(instruments.Order(), always.Concat(later).Where(name => name.StartsWith("rivet_", StringComparison.Ordinal)).Select(WithoutUnit).Order());
    }

    /// <summary>The exporter puts the unit behind the name, where the instrument has one.</summary>
    private static string WithoutUnit(string name) => name.EndsWith("_left_days", StringComparison.Ordinal) ? name[..^"_days".Length] : name;

    /// <summary>The rows of the page's tables of metrics; a dagger marks those that begin with the first time.</summary>
    private static (HashSet<string> Always, HashSet<string> Later) Documented()
    {
        var page = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot(), "docs", "operations", "operations.md"));
        var rows = Row().Matches(page).Select(match => (Name: match.Groups[1].Value, IsLater: match.Groups[2].Value.Length > 0)).ToList();
        return ([.. rows.Where(row => !row.IsLater).Select(row => row.Name)], [.. rows.Where(row => row.IsLater).Select(row => row.Name)]);
    }

    [GeneratedRegex(@"^# TYPE (\S+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^\| `([a-z0-9_]+)(?:\{[a-z_, ]+\})?`( †)? \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
