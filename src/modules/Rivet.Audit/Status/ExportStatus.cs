using System.Globalization;
using System.Resources;
using Rivet.Audit.Exporting;
using Rivet.Audit.Sealing;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>The exports on the status page: a line a company, those that fail first.</summary>
internal sealed class ExportStatus(IStore store) : IStatusSource
{
    private const int MostLines = 20;
    private static readonly ResourceManager Text = new("Rivet.Audit.Resources.ExportText", typeof(ExportStatus).Assembly);

    public int Order => 41;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        var rows = await store.ReadAsync(ExportTable.All, ct);
        var lines = rows.GroupBy(row => row.Company)
            .OrderBy(company => company.Min(row => row.FailingSinceMs) ?? long.MaxValue)
            .Take(MostLines)
            .Select(company => Line(culture, LogIdentity.NameOf(company.Key), [.. company]));
        return new StatusSection(
            Say(culture, "Title"),
            rows.Count == 0 ? [new StatusLine(Say(culture, "Exports"), Say(culture, "None"), StatusLevel.Plain)] : [.. lines]);
    }

    private static StatusLine Line(CultureInfo culture, string company, ExportRow[] rows)
    {
        var label = Say(culture, "OfCompany", company);
        var behind = rows.Max(row => row.Behind);
        if (rows.Where(row => row.FailingSinceMs is not null).MinBy(row => row.FailingSinceMs) is { } failing)
        {
            var since = DateTimeOffset.FromUnixTimeMilliseconds(failing.FailingSinceMs!.Value).ToLocalTime().ToString("g", culture);
            var why = Say(culture, $"Step{failing.Failure}", failing.Status);
            return new StatusLine(label, Say(culture, "Failing", failing.Name, since, failing.Behind.ToString("N0", culture), why), StatusLevel.Failing, Say(culture, $"Advice{failing.Failure}"));
        }

        return behind == 0
            ? new StatusLine(label, Say(culture, "UpToDate", rows.Length), StatusLevel.Passing)
            : new StatusLine(label, Say(culture, "Behind", rows.Length, behind.ToString("N0", culture)), StatusLevel.Plain);
    }

    private static string Say(CultureInfo culture, string key, params object[] values) => string.Format(culture, Text.GetString(key, culture)!, values);
}
