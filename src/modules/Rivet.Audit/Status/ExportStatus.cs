using System.Globalization;
using Rivet.Audit.Exporting;
using Rivet.Audit.Sealing;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>The exports on the status page: a line a company, those that fail first.</summary>
internal sealed class ExportStatus(IStore store) : IStatusSource
{
    private const int MostLines = 20;

    public int Order => 41;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        var words = new ExportWords(culture);
        var rows = await store.ReadAsync(ExportTable.All, ct);
        var lines = rows.GroupBy(row => row.Company)
            .OrderBy(company => company.Min(row => row.FailingSinceMs) ?? long.MaxValue)
            .Take(MostLines)
            .Select(company => Line(words, LogIdentity.NameOf(company.Key), [.. company]));
        return new StatusSection(words.Of("Title"), rows.Count == 0 ? [new StatusLine(words.Of("Exports"), words.Of("None"), StatusLevel.Plain)] : [.. lines]);
    }

    /// <summary>Of several destinations the one that has failed for the longest.</summary>
    private static StatusLine Line(ExportWords words, string company, ExportRow[] rows)
    {
        var label = words.Of("OfCompany", company);
        if (rows.Where(row => row.FailingSinceMs is not null).MinBy(row => row.FailingSinceMs) is { FailingSinceMs: { } since } failing)
        {
            var why = words.Why(new ExportOutcome(failing.Failure, failing.Status));
            return new StatusLine(
                label, words.Of("Failing", failing.Name, words.Time(since), words.Number(failing.Behind), why), StatusLevel.Failing, words.Advice(failing.Failure));
        }

        var behind = rows.Max(row => row.Behind);
        return behind == 0
            ? new StatusLine(label, words.Of("UpToDate", rows.Length), StatusLevel.Passing)
            : new StatusLine(label, words.Of("Behind", rows.Length, words.Number(behind)), StatusLevel.Plain);
    }
}
