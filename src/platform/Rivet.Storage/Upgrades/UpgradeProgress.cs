namespace Rivet.Storage;

/// <summary>How far an upgrade or its rehearsal is.</summary>
/// <param name="Stage">What it does.</param>
/// <param name="Subject">The script, table or file it does it to.</param>
/// <param name="Done">How much is done: bytes of a copy, scripts otherwise.</param>
/// <param name="Total">Of how much; 0 where nobody knows.</param>
public readonly record struct UpgradeProgress(UpgradeStage Stage, string Subject, long Done, long Total);

/// <summary>Parts of an upgrade.</summary>
public enum UpgradeStage
{
    /// <summary>The store is copied.</summary>
    Copying,

    /// <summary>A script runs.</summary>
    Migrating,

    /// <summary>Rows are counted.</summary>
    Counting,

    /// <summary>The copy is checked page by page.</summary>
    Checking,

    /// <summary>The upgrade is done; the subject is the copy of the store from before.</summary>
    Kept,
}
