namespace Rivet.Audit.Columns;

/// <summary>The parts of a block, each sealed by itself so that a question opens only what it needs. Stored: numbers stay.</summary>
internal enum ColumnPart
{
    /// <summary>How many rows, the kinds among them, the first and last time.</summary>
    Head = 1,

    /// <summary>Where in the segment each row's entry is.</summary>
    Place = 2,

    /// <summary>Milliseconds since the month began.</summary>
    Time = 3,

    /// <summary>The kind: its number in the head.</summary>
    Kind = 4,

    /// <summary>How it ended.</summary>
    Outcome = 5,

    /// <summary>The values that follow point at: people's numbers, kinds of targets, marks of identifiers.</summary>
    Values = 6,

    /// <summary>Who did it: a place among the people.</summary>
    Actor = 7,

    /// <summary>Whom it concerns: a place among the people.</summary>
    Concerned = 8,

    /// <summary>The target's kind: a place among the kinds of targets.</summary>
    TargetKind = 9,

    /// <summary>The target: a place among the marks.</summary>
    Target = 10,

    /// <summary>Through what it was done: a place among the marks.</summary>
    Via = 11,

    /// <summary>Identifiers in the details: a place among the marks each, behind how many a row has.</summary>
    Named = 12,
}

/// <summary>What the parts say by themselves.</summary>
internal static class ColumnParts
{
    /// <summary>One more than the last.</summary>
    public const int Count = (int)ColumnPart.Named + 1;

    public static readonly IReadOnlyList<ColumnPart> All = Enum.GetValues<ColumnPart>();

    /// <summary>Whether a part says only what entries say openly; the others are sealed as the entries' contents are.</summary>
    public static bool IsOpen(this ColumnPart part) => part <= ColumnPart.Outcome;
}
