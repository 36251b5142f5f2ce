using Microsoft.Extensions.Localization;
using Rivet.Audit.Boards;
using Rivet.Audit.Pages.Charts;
using Rivet.Kernel;

namespace Rivet.Audit.Pages.Dashboard;

/// <summary>A tile as it is shown.</summary>
internal sealed record TileView
{
    public required Tile Tile { get; init; }

    /// <summary>All that was counted; null while it is.</summary>
    public Figure? All { get; init; }

    /// <summary>The same of the period before.</summary>
    public Figure? Before { get; init; }

    public BarChart? Bars { get; init; }

    public TimeChart? Columns { get; init; }

    /// <summary>Since when it was counted, where that is not all of the period.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Stands in the server's log; null where all went well.</summary>
    public string? ProblemId { get; init; }

    /// <summary>Of what was counted for it.</summary>
    public static TileView Of(Tile tile, int grouping, BoardCount count, BoardWindow window, AuditCounts now, AuditCounts? before, EntryWords words, Func<PersonId, string> nameOf, IStringLocalizer<LogText> texts)
    {
        var query = count.Now(window);
        var all = new Figure(texts["Events"], now.Total, LogAddress.Of(query));
        var view = new TileView { Tile = tile, All = all };
        return tile.Shape switch
        {
            TileShape.Number => view with { Before = before is null ? null : new Figure(texts["Events"], before.Total, LogAddress.Of(count.Before(window))) },
            TileShape.Bars => view with { Bars = BarsOf(query, tile.By!.Value, now.Groups[grouping], all, words, nameOf) },
            _ => view with { Columns = TimeChart.Of(new TimeChartFrame(query, window.From, window.Now, window.SpanFor(tile.Per), tile.By, window.Zone), now.Groups[grouping], words, texts) },
        };
    }

    /// <summary>Values that a search can name; of people those that are somebody.</summary>
    private static BarChart BarsOf(LogQuery query, AuditDimension by, AuditGroup group, Figure all, EntryWords words, Func<PersonId, string> nameOf)
    {
        var named = group.Counts.Select(count => (count, Query: query.Narrowed(by, count.Value))).Where(one => one.Query is not null)
            .OrderByDescending(one => one.count.Count).Select(one => new Figure(words.Value(by, one.count.Value, nameOf), one.count.Count, LogAddress.Of(one.Query!))).ToArray();
        return new BarChart([.. named.Take(BoardCount.MostBars)], all, named.Length > BoardCount.MostBars || group.Counts.Any(count => query.Narrowed(by, count.Value) is null));
    }
}
