namespace Rivet.Backup;

/// <summary>Proves that a run can be restored: opens every piece of it.</summary>
public static class BackupCheck
{
    /// <summary>Checks a run; gives its number, its moment and how many bytes it holds.</summary>
    /// <exception cref="BackupException">It cannot be restored; the message names the file and the place.</exception>
    public static (int Number, DateTimeOffset At, long Bytes) Verify(BackupPlace place, TimeProvider time, Action<long> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(place);
        using var recovery = RecoveryKey.Read(place.RecoveryKeyFile);
        var backup = new OpenedBackup(new BackupFolder(place.Folder), new EpochFolder(place.Epochs), recovery, time);
        var run = backup.Find(place.Run);
        using var keys = backup.Keys(run);
        using var packs = backup.Packs();
        var bytes = 0L;
        foreach (var segment in run.Tables.Where(table => table.IsKeys).SelectMany(table => table.Segments).Concat(run.Files.Select(file => file.Content)))
        {
            bytes += keys.Take(segment).Length;
        }

        foreach (var table in run.Tables.Where(table => !table.IsKeys))
        {
            backup.ReadData(run, table, packs, rows => progress(bytes += rows.Length), ct);
        }

        return (run.Number, run.At, bytes);
    }

    /// <summary>Destroys the epochs whose window has ended, where they lie; needs no key. Gives how many.</summary>
    /// <exception cref="BackupException">The folder cannot be reached.</exception>
    public static int Expire(string epochsFolder, TimeProvider time)
    {
        var epochs = new EpochFolder(epochsFolder);
        epochs.Require();
        return epochs.Expire(time.GetUtcNow());
    }
}
