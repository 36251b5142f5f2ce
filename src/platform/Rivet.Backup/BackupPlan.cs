namespace Rivet.Backup;

/// <summary>Which store is backed up.</summary>
public sealed record BackupPlan
{
    /// <summary>The data folder, absolute.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The keys folder, absolute.</summary>
    public required string KeysFolder { get; init; }

    /// <summary>The tables that hold wrapped keys: they go into the key pack, every other table into data packs.</summary>
    public required IReadOnlyList<string> KeyTables { get; init; }

    /// <summary>Size of the write-ahead log at which a run gives up, in bytes: it grows while a run reads.</summary>
    public long MostLogBytes { get; init; } = 4L << 30;
}
