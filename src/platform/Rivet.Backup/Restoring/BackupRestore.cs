using System.Globalization;
using Rivet.Storage;

namespace Rivet.Backup;

/// <summary>What a restore did.</summary>
/// <param name="Number">The run.</param>
/// <param name="At">The moment whose state it is.</param>
/// <param name="KeysOf">The run whose keys were taken: the newest that could be had.</param>
/// <param name="KeysFolder">Where the keys were put.</param>
/// <param name="PassedOver">Why keys of later runs were not taken.</param>
public sealed record RestoreResult(int Number, DateTimeOffset At, int KeysOf, string KeysFolder, IReadOnlyList<string> PassedOver);

/// <summary>Builds a store from a backup, in an empty folder. It appears whole, or not at all.</summary>
public static class BackupRestore
{
    private const string Unfinished = "restoring";

    /// <summary>Restores a run.</summary>
    /// <param name="place">Where the backup is.</param>
    /// <param name="dataFolder">An empty folder, or one that is to be made.</param>
    /// <param name="keysFolderOf">Where the keys go, for the content of the store's name file.</param>
    /// <param name="time">Now: whether the keys' window has ended.</param>
    /// <param name="progress">Called with the bytes of rows put in so far.</param>
    /// <param name="ct">Gives up; nothing is left.</param>
    /// <exception cref="BackupException">The folder is not empty, or the backup is not as it was; the message names the place.</exception>
    /// <exception cref="StoreUnavailableException">The disk is full.</exception>
    public static RestoreResult Execute(
        BackupPlace place, string dataFolder, Func<string, string> keysFolderOf, TimeProvider time, Action<long> progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(keysFolderOf);
        RefuseUsed(dataFolder);
        using var recovery = RecoveryKey.Read(place.RecoveryKeyFile);
        var backup = new OpenedBackup(new BackupFolder(place.Folder), new EpochFolder(place.Epochs), recovery, time);
        var run = backup.Find(place.Run);
        var passedOver = new List<string>();
        using var keys = backup.Keys(run, passedOver.Add);
        RefuseOtherSchema(run, keys.Run);

        var files = keys.Run.Files.Select(file => (file.IsKeys, file.Name, Bytes: keys.Take(file.Content))).ToList();
        var storeName = files.Where(file => file is { IsKeys: false, Name: "store.name" }).Select(file => System.Text.Encoding.UTF8.GetString(file.Bytes).Trim()).FirstOrDefault("");
        var keysFolder = keysFolderOf(storeName);
        var made = new List<string>();
        var building = Path.Combine(dataFolder, Unfinished);
        try
        {
            PrivateFiles.CreateFolder(dataFolder);
            PrivateFiles.CreateFolder(building);
            Build(backup, run, keys, StoreFile.PathIn(building), time, progress, ct);
            foreach (var (isKeys, name, bytes) in files)
            {
                Put(isKeys ? keysFolder : dataFolder, name, bytes, made);
            }

            // The store gets its name last: before that no server takes the folder for one.
            PrivateFiles.Guard(dataFolder, () => File.Move(StoreFile.PathIn(building), StoreFile.PathIn(dataFolder)));
            PrivateFiles.SyncFolderOf(StoreFile.PathIn(dataFolder));
        }
        catch
        {
            made.ForEach(File.Delete);
            throw;
        }
        finally
        {
            if (Directory.Exists(building))
            {
                Directory.Delete(building, recursive: true);
            }
        }

        return new(run.Number, run.At, keys.Run.Number, keysFolder, passedOver);
    }

    private static void RefuseUsed(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new BackupException(BackupFault.NotEmpty, folder);
        }
    }

    private static void RefuseOtherSchema(RunManifest run, RunManifest keys)
    {
        static IEnumerable<string> KeyTables(RunManifest manifest) => manifest.Tables.Where(table => table.IsKeys).Select(table => table.Sql);
        if (!KeyTables(run).SequenceEqual(KeyTables(keys)))
        {
            throw new BackupException(BackupFault.OtherSchema, run.Number, keys.Number);
        }
    }

    private static void Build(
        OpenedBackup backup, RunManifest run, OpenedKeys keys, string path, TimeProvider time, Action<long> progress, CancellationToken ct)
    {
        var schema = new StoreSchema([.. run.Tables.Select(table => new StoreTable(table.Name, table.Sql))], run.Indexes);
        using var builder = StoreBuilder.Create(path, schema);
        using var packs = backup.Packs();
        var total = 0L;
        foreach (var table in run.Tables)
        {
            if (table.IsKeys)
            {
                foreach (var segment in keys.Run.Tables.Single(same => same.Name == table.Name).Segments)
                {
                    Insert(builder, table, keys.Take(segment), keys.Path);
                }
            }
            else
            {
                backup.ReadData(run, table, packs, rows =>
                {
                    Insert(builder, table, rows, path);
                    progress(total += rows.Length);
                }, ct);
            }
        }

        builder.Finish(BackupEvents.Of(BackupEvents.Restored, run.Repository, run.At, time, new()
        {
            ["run"] = run.Number.ToString(CultureInfo.InvariantCulture),
            ["keys-of-run"] = keys.Run.Number.ToString(CultureInfo.InvariantCulture),
        }));
        PrivateFiles.Guard(path, () =>
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
        });
    }

    private static void Insert(StoreBuilder builder, TableContent table, byte[] rows, string path)
    {
        if (builder.Insert(table.Name, rows) is null)
        {
            throw new BackupException(BackupFault.Misplaced, path);
        }
    }

    /// <summary>The keys of a store may still lie where they were; another's are never touched.</summary>
    private static void Put(string root, string name, byte[] bytes, List<string> made)
    {
        var path = Path.GetFullPath(Path.Combine(root, name));
        if (!path.StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new BackupException(BackupFault.Misplaced, name);
        }

        if (File.Exists(path))
        {
            if (!PrivateFiles.ReadAll(path).AsSpan().SequenceEqual(bytes))
            {
                throw new BackupException(BackupFault.OtherKeys, path);
            }

            return;
        }

        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        using var file = PrivateFiles.Create(path, FileMode.CreateNew);
        made.Add(path);
        PrivateFiles.Guard(path, () =>
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        });
    }
}
