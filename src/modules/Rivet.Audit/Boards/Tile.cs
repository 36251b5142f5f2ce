namespace Rivet.Audit.Boards;

/// <summary>One tile of a board: which events, and how they are counted and drawn.</summary>
internal sealed record Tile
{
    /// <summary>Longest title, in characters.</summary>
    public const int LongestTitle = 60;

    /// <summary>Longest query, in characters: so that a period still fits into the address.</summary>
    public const int LongestQuery = 1800;

    /// <summary>Which one: a name of the built-in board, or 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Empty for the built-in title in the reader's language.</summary>
    public string Title { get; init; } = string.Empty;

    /// <summary>As in the address of the log; its period is the board's.</summary>
    public string Query { get; init; } = string.Empty;

    /// <summary>Counted by which value; null for all together.</summary>
    public AuditDimension? By { get; init; }

    /// <summary>A column for each stretch; null for what suits the board's period.</summary>
    public AuditSpan? Per { get; init; }

    public required TileShape Shape { get; init; }

    /// <summary>By what a shape can be counted, so that a search finds exactly the events behind each of its numbers.</summary>
    public static IReadOnlyList<AuditDimension> Dimensions(TileShape shape) => shape switch
    {
        TileShape.Columns => [AuditDimension.Outcome, AuditDimension.Severity],
        TileShape.Bars => [AuditDimension.Kind, AuditDimension.Person, AuditDimension.Class, AuditDimension.Severity, AuditDimension.Outcome, AuditDimension.TargetKind],
        _ => [],
    };

    /// <summary>Whether it could be on a board.</summary>
    public bool IsSound()
        => Id is { Length: > 0 and <= 32 } && Title is { Length: <= LongestTitle } && Query is { Length: <= LongestQuery } && Enum.IsDefined(Shape)
            && (Per is not { } span || Enum.IsDefined(span)) && (By is { } by ? Dimensions(Shape).Contains(by) : Shape != TileShape.Bars);
}

/// <summary>How a tile shows what was counted. Stored by number.</summary>
internal enum TileShape
{
    /// <summary>One number, and that of the period before.</summary>
    Number = 0,

    /// <summary>A bar for each value, the most frequent first.</summary>
    Bars = 1,

    /// <summary>A column for each stretch of time.</summary>
    Columns = 2,
}
