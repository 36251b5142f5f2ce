using System.Globalization;
using Rivet.Client.Slack;
using Rivet.Kernel;

namespace Rivet.Client.Tests.Slack;

/// <summary>Imports archives into a server's rules in memory.</summary>
public abstract class ImportTestBase
{
    internal FakeServer Server { get; } = new();

    internal async Task<Result<SlackImportReport, SlackImportFailure>> TryImportAsync(
        ExportBuilder export, SlackArchiveLimits? limits = null, IProgress<SlackImportProgress>? progress = null)
    {
        using var archive = export.Open(limits);
        return await new SlackImporter(Server, TimeProvider.System).ImportAsync(
            archive, CultureInfo.GetCultureInfo("en"), progress, TestContext.Current.CancellationToken);
    }

    internal async Task<SlackImportReport> ImportAsync(ExportBuilder export)
        => (await TryImportAsync(export)).Value;

    internal Task<SlackImportReport> ImportDayAsync(string json) => ImportAsync(ExportBuilder.Company().Day(json));
}
