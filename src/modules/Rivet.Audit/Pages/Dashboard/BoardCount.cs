using Rivet.Audit.Boards;

namespace Rivet.Audit.Pages.Dashboard;

/// <summary>What is counted at once: all tiles of one query.</summary>
/// <param name="Query">The query that they share, without a period.</param>
/// <param name="Tiles">The tiles, and which of the groupings is theirs; -1 for the total alone.</param>
/// <param name="Groupings">How to count, at least one.</param>
internal sealed record BoardCount(LogQuery Query, IReadOnlyList<(Tile Tile, int Grouping)> Tiles, IReadOnlyList<AuditGrouping> Groupings)
{
    /// <summary>Most values a tile shows.</summary>
    public const int MostBars = 8;

    private const int MostGroupings = 8;

    /// <summary>Whether the period before is counted too.</summary>
    public bool WantsBefore => Tiles.Any(tile => tile.Tile.Shape == TileShape.Number);

    /// <summary>In the order of the tiles, with as few countings as their queries allow.</summary>
    public static IReadOnlyList<BoardCount> Plan(IReadOnlyList<Tile> tiles, BoardWindow window)
        => [.. tiles.GroupBy(tile => LogQuery.Parse(tile.Query).AtAnyTime().ToString()).SelectMany(same => Plan(LogQuery.Parse(same.Key), same, window))];

    /// <summary>What happened in the period.</summary>
    public LogQuery Now(BoardWindow window) => Query with { From = window.From };

    /// <summary>What happened in as much of the one before.</summary>
    public LogQuery Before(BoardWindow window) => Query with { From = window.BeforeFrom, To = window.BeforeTo };

    private static IEnumerable<BoardCount> Plan(LogQuery query, IEnumerable<Tile> tiles, BoardWindow window)
    {
        foreach (var some in tiles.Chunk(MostGroupings))
        {
            var (planned, groupings) = (new List<(Tile, int)>(), new List<AuditGrouping>());
            foreach (var tile in some)
            {
                planned.Add((tile, tile.Shape == TileShape.Number ? -1 : groupings.Count));
                if (tile.Shape != TileShape.Number)
                {
                    groupings.Add(GroupingOf(tile, window));
                }
            }

            yield return new BoardCount(query, planned, groupings.Count > 0 ? groupings : [new AuditGrouping()]);
        }
    }

    private static AuditGrouping GroupingOf(Tile tile, BoardWindow window)
        => tile.Shape == TileShape.Columns ? new AuditGrouping { By = tile.By, Per = window.SpanFor(tile.Per), Zone = window.Zone }
            : new AuditGrouping { By = tile.By, Most = MostBars + 1 };
}
