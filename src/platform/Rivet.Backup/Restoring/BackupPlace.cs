namespace Rivet.Backup;

/// <summary>Where a backup is, and what opens it.</summary>
public sealed record BackupPlace
{
    /// <summary>The backup's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The epochs' folder.</summary>
    public required string Epochs { get; init; }

    /// <summary>The file of the recovery key.</summary>
    public required string RecoveryKeyFile { get; init; }

    /// <summary>The run wanted; null for the newest.</summary>
    public int? Run { get; init; }
}
