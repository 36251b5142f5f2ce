using System.Globalization;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Backup;

/// <summary>What a run did.</summary>
/// <param name="Number">Its number.</param>
/// <param name="At">When the state was fixed.</param>
/// <param name="Read">Bytes of rows in it.</param>
/// <param name="Stored">Bytes that were new and stored.</param>
/// <param name="OpensUntil">When its keys are destroyed: no restore from this run alone after that.</param>
/// <param name="LostPacks">Names of earlier packs that are no longer there; what was in them was stored anew.</param>
public sealed record BackupResult(int Number, DateTimeOffset At, long Read, long Stored, DateTimeOffset OpensUntil, IReadOnlyList<string> LostPacks);

/// <summary>
/// One run: the state of a moment, beside the server that goes on. What did not change since the last run is not stored again. A run that fails or is
/// killed leaves earlier runs as they were.
/// </summary>
public sealed class BackupRun
{
    private readonly BackupPlan plan;
    private readonly TimeProvider time;
    private readonly BackupSettings settings;
    private readonly BackupFolder folder;
    private readonly EpochFolder epochs;

    /// <summary>Reads how the store is backed up.</summary>
    /// <exception cref="BackupException">Nothing was set up, or a folder cannot be reached.</exception>
    public BackupRun(BackupPlan plan, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(plan);
        this.plan = plan;
        this.time = time;
        settings = BackupSettings.Read(plan.KeysFolder);
        folder = new BackupFolder(settings.Destination);
        epochs = new EpochFolder(settings.Epochs);
    }

    private string LastRunFile => LastRunIn(plan.KeysFolder);

    /// <summary>The manifest of the newest run, as this server remembers it.</summary>
    internal static string LastRunIn(string keysFolder) => Path.Combine(BackupSettings.FolderIn(keysFolder), "last-run.json");

    /// <summary>Makes a run.</summary>
    /// <param name="storeAll">Store everything anew, so that earlier packs are not needed.</param>
    /// <param name="progress">Called with the bytes of rows read so far.</param>
    /// <param name="ct">Gives up; nothing of the run is left.</param>
    /// <exception cref="BackupException">The disk is full, or a place cannot be reached.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    public BackupResult Execute(bool storeAll, Action<long> progress, CancellationToken ct)
    {
        using var one = TakeLock();
        folder.Require(settings.Repository);
        epochs.Require();
        folder.Sweep();
        epochs.Expire(time.GetUtcNow());
        var epoch = CurrentEpoch();
        var last = storeAll || !File.Exists(LastRunFile) ? null : PrivateFiles.FromJson<RunManifest>(PrivateFiles.ReadAll(LastRunFile));
        var number = Math.Max(last?.Number ?? 0, folder.Runs().FirstOrDefault()) + 1;

        using var packs = new RunPacks(folder, number, settings.RecoveryKey, epoch.PublicKey, last);
        var manifest = Read(number, epoch, packs, progress, ct);
        packs.Finish();
        manifest = manifest with { Packs = packs.Files };
        Publish(manifest);
        Record(manifest, packs);
        return new(number, manifest.At, packs.Read, packs.Stored, epoch.Ends, packs.Lost);
    }

    private FileStream TakeLock()
    {
        try
        {
            return new FileStream(Path.Combine(BackupSettings.FolderIn(plan.KeysFolder), "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new BackupException(BackupFault.Busy, exception);
        }
    }

    private KeyEpoch CurrentEpoch()
    {
        var now = time.GetUtcNow();
        if (settings.Epoch is { } known && known.Begins <= now && now < known.Closes && epochs.Has(known))
        {
            return known;
        }

        var epoch = epochs.Begin(settings.Repository, settings.RecoveryKey, settings.Window, now);
        (settings with { Epoch = epoch }).Write(plan.KeysFolder);
        return epoch;
    }

    /// <summary>The snapshot is held no longer than reading takes: meanwhile the store's log grows.</summary>
    private RunManifest Read(int number, KeyEpoch epoch, RunPacks packs, Action<long> progress, CancellationToken ct)
    {
        using var snapshot = StoreSnapshot.Open(plan.DataFolder);
        var at = time.GetUtcNow();
        var tables = new List<TableContent>();
        foreach (var table in snapshot.Schema.Tables)
        {
            var isKeys = plan.KeyTables.Contains(table.Name);
            var segments = new List<Segment>();
            var cutter = new SegmentCutter(bytes =>
            {
                if (snapshot.LogBytes > plan.MostLogBytes)
                {
                    throw new BackupException(BackupFault.TooBusy, plan.MostLogBytes >> 20);
                }

                segments.Add(packs.Add(bytes, isKeys));
                progress(packs.Read);
            });
            snapshot.ReadRows(table, cutter.Add, ct);
            cutter.End();
            tables.Add(new(table.Name, table.Sql, isKeys, segments));
        }

        return new RunManifest
        {
            Repository = settings.Repository,
            Number = number,
            At = at,
            Epoch = epoch.Id,
            Packs = [],
            Tables = tables,
            Indexes = snapshot.Schema.Indexes,
            Files = [.. FilesOf(plan.DataFolder, isKeys: false, packs), .. FilesOf(plan.KeysFolder, isKeys: true, packs)],
        };
    }

    private static IEnumerable<FileContent> FilesOf(string root, bool isKeys, RunPacks packs)
        => from path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
           let name = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/')
           where isKeys ? !name.StartsWith(BackupSettings.FolderName + "/", StringComparison.Ordinal) : !StoreFile.IsPart(name)
           select new FileContent(isKeys, name, packs.Add(PrivateFiles.ReadAll(path), isKeys: true));

    /// <summary>The run exists once its file has its name; what is noted after that may be missing.</summary>
    private void Publish(RunManifest manifest)
    {
        using var signer = settings.Signer();
        using (var writer = new SealedWriter(folder.Run(manifest.Number), SealedKind.Run, settings.RecoveryKey))
        {
            writer.Write(RunManifest.Sign(manifest, signer));
            writer.Finish();
        }

        epochs.KeepLatest(LatestRun.Sign(settings.Repository, manifest.Number, signer));
        PrivateFiles.ReplaceJson(LastRunFile, manifest);
    }

    private void Record(RunManifest manifest, RunPacks packs)
        => StoreFile.Record(plan.DataFolder, BackupEvents.Of(BackupEvents.BackedUp, settings.Repository, manifest.At, time, new()
        {
            ["run"] = manifest.Number.ToString(CultureInfo.InvariantCulture),
            ["read"] = packs.Read.ToString(CultureInfo.InvariantCulture),
            ["stored"] = packs.Stored.ToString(CultureInfo.InvariantCulture),
        }));
}

/// <summary>The security events of backups.</summary>
internal static class BackupEvents
{
    public static readonly EventKind BackedUp = new("store.backed-up", OcsfType.DatastoreRead, EventSeverity.Low, "run", "read", "stored", "state-of");
    public static readonly EventKind Restored = new("store.restored", OcsfType.DatastoreWritten, EventSeverity.High, "run", "keys-of-run", "state-of");

    public static SecurityEvent Of(EventKind kind, Guid repository, DateTimeOffset stateOf, TimeProvider time, Dictionary<string, string> details)
    {
        details["state-of"] = stateOf.ToString("O", CultureInfo.InvariantCulture);
        return new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = Subject.OfSystem(default),
            Target = new("backup", repository, default),
            Outcome = EventOutcome.Success,
            Details = details,
        };
    }
}
