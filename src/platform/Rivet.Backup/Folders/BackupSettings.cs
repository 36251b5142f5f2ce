using Rivet.Cryptography.Sodium;

namespace Rivet.Backup;

/// <summary>How this server is backed up: <c>backup/settings.json</c> in the keys folder, mode 0600. No private key that opens a backup is in it.</summary>
internal sealed record BackupSettings
{
    public const string FolderName = "backup";

    public required Guid Repository { get; init; }

    /// <summary>Where packs and runs go.</summary>
    public required string Destination { get; init; }

    /// <summary>Where the private keys of epochs go.</summary>
    public required string Epochs { get; init; }

    /// <summary>The public half of the recovery key.</summary>
    public required byte[] RecoveryKey { get; init; }

    /// <summary>What runs are signed with; a thief of it can make runs, and open none.</summary>
    public required byte[] SignerSeed { get; init; }

    public required int WindowDays { get; init; }

    /// <summary>The epoch of now; null before the first run.</summary>
    public KeyEpoch? Epoch { get; init; }

    public TimeSpan Window => TimeSpan.FromDays(WindowDays);

    public static string FolderIn(string keysFolder) => Path.Combine(keysFolder, FolderName);

    public static BackupSettings? TryRead(string keysFolder)
        => File.Exists(FileIn(keysFolder)) ? PrivateFiles.FromJson<BackupSettings>(PrivateFiles.ReadAll(FileIn(keysFolder))) : null;

    /// <exception cref="BackupException">Nothing was set up.</exception>
    public static BackupSettings Read(string keysFolder) => TryRead(keysFolder) ?? throw new BackupException(BackupFault.NotSetUp, FileIn(keysFolder));

    public void Write(string keysFolder) => PrivateFiles.ReplaceJson(FileIn(keysFolder), this);

    public Ed25519Key Signer() => Ed25519Key.FromSeed(SignerSeed);

    private static string FileIn(string keysFolder) => Path.Combine(FolderIn(keysFolder), "settings.json");
}
