namespace Rivet.Backup;

/// <summary>How a server's backups stand, as its keys folder and the places named there show it; nothing is opened or changed.</summary>
public sealed record BackupStanding
{
    /// <summary>Where runs go.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the keys of epochs go.</summary>
    public required string EpochsFolder { get; init; }

    /// <summary>Whether the first can be seen from here.</summary>
    public required bool IsThere { get; init; }

    /// <summary>Whether the second can be seen from here.</summary>
    public required bool EpochsAreThere { get; init; }

    /// <summary>The state that the newest run holds; null before the first.</summary>
    public required DateTimeOffset? LastRun { get; init; }

    /// <summary>When the newest run can no longer be opened; null where that is not known.</summary>
    public required DateTimeOffset? OpensUntil { get; init; }

    /// <summary>For how long a run made before a key's destruction can bring it back; null when nothing was set up. Reads one small file.</summary>
    /// <exception cref="BackupException">It cannot be read.</exception>
    public static TimeSpan? ReadWindow(string keysFolder) => BackupSettings.TryRead(keysFolder)?.Window;

    /// <summary>Reads it; null when nothing was set up.</summary>
    /// <exception cref="BackupException">A file cannot be read.</exception>
    public static BackupStanding? Read(string keysFolder)
    {
        if (BackupSettings.TryRead(keysFolder) is not { } settings)
        {
            return null;
        }

        var file = BackupRun.LastRunIn(keysFolder);
        var last = File.Exists(file) ? PrivateFiles.FromJson<RunManifest>(PrivateFiles.ReadAll(file)) : null;
        return new BackupStanding
        {
            Folder = settings.Destination,
            EpochsFolder = settings.Epochs,
            IsThere = Directory.Exists(settings.Destination),
            EpochsAreThere = Directory.Exists(settings.Epochs),
            LastRun = last?.At,
            OpensUntil = settings.Epoch is { } epoch && epoch.Id == last?.Epoch ? epoch.Ends : null,
        };
    }
}
