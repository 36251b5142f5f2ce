using Rivet.Cryptography.Sodium;

namespace Rivet.Backup;

/// <summary>Sets up backups of a store, once.</summary>
public static class BackupSetup
{
    /// <summary>The fewest days after which a destroyed key's backups are destroyed too.</summary>
    public const int LeastWindowDays = 1;

    /// <summary>The most.</summary>
    public const int MostWindowDays = 90;

    /// <summary>
    /// Makes the backup's folder, the epochs' folder and a recovery key, which is written to a file and kept nowhere else: whoever loses it
    /// loses the backups, and it has to leave this machine.
    /// </summary>
    /// <exception cref="BackupException">Set up already, a place is in use or lies within another, or the disk refuses.</exception>
    public static void Create(BackupPlan plan, string destination, string epochs, string recoveryKeyFile, int windowDays)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Refuse(plan, destination, epochs, recoveryKeyFile, windowDays);
        using var signer = Ed25519Key.Create();
        var repository = Guid.NewGuid();
        using var recovery = RecoveryKey.Create(repository, signer.PublicKey.Span);
        PrivateFiles.CreateFolder(BackupSettings.FolderIn(plan.KeysFolder));
        PrivateFiles.CreateFolder(epochs);
        new BackupFolder(destination).Create(repository);
        recovery.Write(recoveryKeyFile);

        // Last: from here on runs can be made.
        new BackupSettings
        {
            Repository = repository,
            Destination = destination,
            Epochs = epochs,
            RecoveryKey = recovery.Key.PublicKey.ToArray(),
            SignerSeed = signer.ExportSeed(),
            WindowDays = windowDays,
        }.Write(plan.KeysFolder);
    }

    private static void Refuse(BackupPlan plan, string destination, string epochs, string recoveryKeyFile, int windowDays)
    {
        if (windowDays is < LeastWindowDays or > MostWindowDays)
        {
            throw new BackupException(BackupFault.BadWindow, LeastWindowDays, MostWindowDays);
        }

        if (BackupSettings.TryRead(plan.KeysFolder) is not null)
        {
            throw new BackupException(BackupFault.AlreadySetUp, BackupSettings.FolderIn(plan.KeysFolder));
        }

        string[] places = [plan.DataFolder, plan.KeysFolder, destination, epochs];
        foreach (var (one, other) in places.SelectMany(one => places.Where(other => !ReferenceEquals(one, other)).Append(recoveryKeyFile).Select(other => (one, other))))
        {
            if (IsInside(one, other))
            {
                throw new BackupException(BackupFault.NotApart, other, one);
            }
        }

        foreach (var folder in (string[])[destination, epochs])
        {
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new BackupException(BackupFault.NotEmpty, folder);
            }
        }

        if (File.Exists(recoveryKeyFile))
        {
            throw new BackupException(BackupFault.NotEmpty, recoveryKeyFile);
        }
    }

    private static bool IsInside(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative != ".." && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
