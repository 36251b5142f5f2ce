using System.Globalization;
using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Backup;

/// <summary>
/// Where the private keys of epochs lie, each sealed to the recovery key: <c>ENDS-ID.epoch</c>, ENDS in Unix seconds, so that whoever keeps the
/// folder can see and destroy what has ended without any key. It is small and must not be copied: a copy would outlive the window.
/// </summary>
internal sealed class EpochFolder(string path)
{
    private const string Ending = ".epoch";

    private string LatestFile => System.IO.Path.Combine(path, "latest");

    public string Path => path;

    /// <exception cref="BackupException">The folder cannot be reached: a disk that is not mounted, say.</exception>
    public void Require()
    {
        if (!Directory.Exists(path))
        {
            throw new BackupException(BackupFault.NoEpochFolder, path);
        }
    }

    /// <summary>Whether an epoch's key is still here: a run sealed to one that is gone could never be opened.</summary>
    public bool Has(KeyEpoch epoch) => File.Exists(FileOf(epoch));

    /// <summary>Makes an epoch: its private key goes into the folder and nowhere else.</summary>
    public KeyEpoch Begin(Guid repository, ReadOnlySpan<byte> recoveryKey, TimeSpan window, DateTimeOffset now)
    {
        using var key = XWingKey.Create();
        var epoch = KeyEpoch.Begin(window, key.PublicKey.ToArray(), now);
        var seed = key.ExportSeed();
        var secret = PrivateFiles.ToJson(new EpochSecret(repository, epoch.Id, seed, epoch.Ends));
        using (var writer = new SealedWriter(FileOf(epoch), SealedKind.Epoch, recoveryKey))
        {
            writer.Write(secret);
            writer.Finish();
        }

        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(secret);
        return epoch;
    }

    /// <summary>Opens an epoch's key.</summary>
    /// <exception cref="BackupException">It is destroyed, its window has ended, or its file is damaged.</exception>
    public XWingKey Open(Guid epoch, RecoveryKey recovery, DateTimeOffset now)
    {
        Require();
        var file = Directory.EnumerateFiles(path, $"*-{epoch:N}{Ending}").FirstOrDefault()
            ?? throw new BackupException(BackupFault.WindowEnded, epoch.ToString("N"));
        using var reader = SealedReader.Open(file, SealedKind.Epoch, recovery.Key);
        var bytes = reader.ReadAll();
        var secret = PrivateFiles.FromJson<EpochSecret>(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        if (secret is not { Seed.Length: XWingKey.SeedSize } || secret.Epoch != epoch || secret.Repository != recovery.Repository)
        {
            throw new BackupException(BackupFault.Misplaced, file);
        }

        var isOver = secret.Ends <= now;
        var key = isOver ? null : XWingKey.FromSeed(secret.Seed);
        CryptographicOperations.ZeroMemory(secret.Seed);
        return key ?? throw new BackupException(BackupFault.WindowEnded, epoch.ToString("N"));
    }

    /// <summary>Destroys the keys whose window has ended: overwritten, synchronised, removed. Gives how many.</summary>
    public int Expire(DateTimeOffset now)
    {
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(path, "*" + Ending).ToArray())
        {
            var name = System.IO.Path.GetFileName(file);
            if (long.TryParse(name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ends) && ends <= now.ToUnixTimeSeconds())
            {
                PrivateFiles.Guard(file, () =>
                {
                    using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write))
                    {
                        RandomAccess.Write(handle, RandomNumberGenerator.GetBytes((int)RandomAccess.GetLength(handle)), 0);
                        RandomAccess.FlushToDisk(handle);
                    }

                    File.Delete(file);
                    PrivateFiles.SyncFolderOf(file);
                });
                count++;
            }
        }

        return count;
    }

    /// <summary>Notes the newest run, so that a backup whose newest runs were taken away is told from a whole one.</summary>
    public void KeepLatest(LatestRun latest) => PrivateFiles.ReplaceJson(LatestFile, latest);

    /// <summary>The newest run noted; null when there is none that the server signed.</summary>
    public LatestRun? Latest(RecoveryKey recovery)
        => File.Exists(LatestFile) && PrivateFiles.FromJson<LatestRun>(PrivateFiles.ReadAll(LatestFile)) is { } latest && latest.IsSignedFor(recovery) ? latest : null;

    private string FileOf(KeyEpoch epoch)
        => System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{epoch.Ends.ToUnixTimeSeconds()}-{epoch.Id:N}{Ending}"));
}

/// <summary>The number of a repository's newest run, signed by its server.</summary>
internal sealed record LatestRun(Guid Repository, int Number, byte[] Signature)
{
    public static LatestRun Sign(Guid repository, int number, Ed25519Key signer) => new(repository, number, signer.Sign(Bytes(repository, number)));

    public bool IsSignedFor(RecoveryKey recovery)
        => Repository == recovery.Repository && Signature is not null && Ed25519Key.Verify(recovery.Signer, Bytes(Repository, Number), Signature);

    private static byte[] Bytes(Guid repository, int number)
    {
        var count = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(count, number);
        return [.. "rivet backup latest 1"u8, .. repository.ToByteArray(bigEndian: true), .. count];
    }
}
