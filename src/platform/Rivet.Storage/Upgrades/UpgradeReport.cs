namespace Rivet.Storage;

/// <summary>What a rehearsal found. The store is as it was.</summary>
public sealed record UpgradeReport
{
    /// <summary>The version that the store is of.</summary>
    public required string From { get; init; }

    /// <summary>The version that this program is.</summary>
    public required string To { get; init; }

    /// <summary>The scripts that an upgrade applies, in order; none when the store is up to date.</summary>
    public required IReadOnlyList<string> Pending { get; init; }

    /// <summary>How long they took on the copy.</summary>
    public required TimeSpan Took { get; init; }

    /// <summary>Rows of every table before and after.</summary>
    public required IReadOnlyList<TableChange> Tables { get; init; }

    /// <summary>Size of the store, in bytes.</summary>
    public required long StoreBytes { get; init; }

    /// <summary>How much an upgrade took of the disk beside the store, in bytes: copy, log and growth. 0 when nothing is pending.</summary>
    public required long TakenBytes { get; init; }

    /// <summary>How much must be free beside the store before an upgrade begins, in bytes; 0 when nothing is pending.</summary>
    public required long NeededBytes { get; init; }

    /// <summary>How much was free beside the store when the rehearsal began, in bytes.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Whether an upgrade would be refused for want of room.</summary>
    public bool LacksRoom => FreeBytes < NeededBytes;
}

/// <summary>Rows of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Before the scripts; null when there was no such table.</param>
/// <param name="After">After them; null when there is none any more.</param>
public sealed record TableChange(string Name, long? Before, long? After);
