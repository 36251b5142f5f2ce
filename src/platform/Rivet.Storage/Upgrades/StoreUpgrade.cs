using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>
/// What a server does to its store before it opens it: looks whether it is one for this program, keeps a copy when scripts are to be
/// applied, and applies them. The caller holds the folder's lock.
/// </summary>
internal sealed class StoreUpgrade(StorageOptions options, MigrationPlan plan, TimeProvider time)
{
    /// <summary>Gives the scripts applied and the copy that was kept, null for a new store.</summary>
    /// <exception cref="UpgradeException">The store is refused or could not be upgraded; it is as it was.</exception>
    public (int Scripts, string? Copy) Run(Action<UpgradeProgress> progress)
    {
        var path = options.DatabasePath;
        if (!File.Exists(path))
        {
            return (Apply(plan.Pending([], options.Folder), progress), null);
        }

        string? copy = null;
        IReadOnlyList<Migration> pending;
        using (var state = StoreCopy.Open(path))
        {
            var applied = state.ReadJournal(options.Folder);
            pending = plan.Pending(applied, options.Folder);
            if (pending is not [] && applied is not [])
            {
                copy = KeptCopy.Make(state, options.Folder, time.GetUtcNow(), progress);
            }
        }

        try
        {
            return (Apply(pending, progress), copy);
        }
        catch (UpgradeException exception) when (copy is not null && exception.InnerException is not SqliteException { SqliteErrorCode: raw.SQLITE_IOERR })
        {
            // The store is as it was: there is nothing to go back from. After an error of the disk itself nobody knows that.
            File.Delete(copy);
            throw;
        }
    }

    private int Apply(IReadOnlyList<Migration> pending, Action<UpgradeProgress> progress)
    {
        if (pending is not [])
        {
            using var connection = StoreFile.Connect(options.DatabasePath, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            Migrating.Apply(connection, plan, pending, time.GetUtcNow(), progress);
        }

        return pending.Count;
    }
}
