using System.Security.Cryptography;

namespace Rivet.Backup;

/// <summary>A backup with its keys at hand. Everything it gives was proven: whose it is, that it is whole and in its place.</summary>
internal sealed class OpenedBackup(BackupFolder folder, EpochFolder epochs, RecoveryKey recovery, TimeProvider time)
{
    /// <summary>The run asked for, or the newest one.</summary>
    /// <exception cref="BackupException">There is none, newer ones were made than are here, or its file is not as it was.</exception>
    public RunManifest Find(int? number)
    {
        folder.Require(recovery.Repository);
        var newest = folder.Runs().FirstOrDefault();
        if (newest == 0)
        {
            throw new BackupException(BackupFault.NoRun, 1, folder.Path);
        }

        if (number is null && Directory.Exists(epochs.Path) && epochs.Latest(recovery) is { } latest && latest.Number > newest)
        {
            throw new BackupException(BackupFault.Outdated, newest, latest.Number);
        }

        return Read(number ?? newest);
    }

    /// <summary>
    /// The newest keys that can be had for a run: those of a later run, if there is one, since what was destroyed meanwhile is not in them.
    /// </summary>
    /// <param name="run">The run whose data is wanted.</param>
    /// <param name="passedOver">Called with why a later run's keys could not be had.</param>
    /// <exception cref="BackupException">The windows of all have ended, or a file is not as it was.</exception>
    public OpenedKeys Keys(RunManifest run, Action<string> passedOver)
    {
        foreach (var number in folder.Runs().Where(number => number > run.Number))
        {
            try
            {
                return Keys(Read(number));
            }
            catch (BackupException exception)
            {
                passedOver(exception.Message);
            }
        }

        return Keys(run);
    }

    public OpenedKeys Keys(RunManifest run)
    {
        using var key = epochs.Open(run.Epoch, recovery, time.GetUtcNow());
        var path = folder.KeyPack(run.Number);
        return new OpenedKeys(run, path, SealedReader.Open(path, SealedKind.Keys, key));
    }

    /// <summary>Reads the rows of a table of data, piece by piece.</summary>
    public void ReadData(RunManifest run, TableContent table, OpenedPacks packs, Action<byte[]> take, CancellationToken ct)
    {
        foreach (var segment in table.Segments)
        {
            ct.ThrowIfCancellationRequested();
            var (path, reader) = packs.Of(run, segment);
            take(Take(path, reader, segment));
        }
    }

    public OpenedPacks Packs() => new(folder, recovery);

    internal static byte[] Take(string path, SealedReader reader, Segment segment)
    {
        var bytes = new byte[segment.Length];
        reader.Read(segment.At, bytes);
        return SHA256.HashData(bytes).AsSpan().SequenceEqual(segment.Hash) ? bytes : throw new BackupException(BackupFault.Misplaced, path);
    }

    private RunManifest Read(int number)
    {
        var path = folder.Run(number);
        if (!File.Exists(path))
        {
            throw new BackupException(BackupFault.NoRun, number, folder.Path);
        }

        using var reader = SealedReader.Open(path, SealedKind.Run, recovery.Key);
        var manifest = RunManifest.TryOpen(reader.ReadAll(), recovery.Signer) ?? throw new BackupException(BackupFault.NotSigned, path);
        return manifest.Number == number && manifest.Repository == recovery.Repository ? manifest : throw new BackupException(BackupFault.Misplaced, path);
    }
}

/// <summary>A run's key pack, open.</summary>
internal sealed record OpenedKeys(RunManifest Run, string Path, SealedReader Reader) : IDisposable
{
    public byte[] Take(Segment segment) => OpenedBackup.Take(Path, Reader, segment);

    public void Dispose() => Reader.Dispose();
}

/// <summary>Data packs, opened when they are first asked for; one at a time, for there may be thousands.</summary>
internal sealed class OpenedPacks(BackupFolder folder, RecoveryKey recovery) : IDisposable
{
    private string? name;
    private SealedReader? reader;

    public (string Path, SealedReader Reader) Of(RunManifest run, Segment segment)
    {
        var pack = segment.Pack >= 0 && segment.Pack < run.Packs.Count ? run.Packs[segment.Pack] : throw new BackupException(BackupFault.Misplaced, folder.Run(run.Number));
        var path = folder.DataPack(Path.GetFileName(pack.Name));
        if (name != pack.Name)
        {
            reader?.Dispose();
            reader = null;
            var length = new FileInfo(path) is { Exists: true } file ? file.Length : pack.Length;
            if (length < pack.Length)
            {
                throw new BackupException(BackupFault.Truncated, path, length);
            }

            reader = SealedReader.Open(path, SealedKind.Data, recovery.Key);
            name = pack.Name;
        }

        return (path, reader!);
    }

    public void Dispose() => reader?.Dispose();
}
