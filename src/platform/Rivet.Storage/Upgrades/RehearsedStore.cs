using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>The copy of a store on which an upgrade is rehearsed. Every long statement on it tells that it goes on, and can be given up.</summary>
internal sealed class RehearsedStore : IDisposable
{
    private const int InstructionsBetweenBeats = 100_000;
    private const string Journal = "SchemaVersions";
    private readonly SqliteConnection connection;
    private readonly string path;
    private readonly Action<UpgradeProgress> progress;
    private UpgradeProgress now;

    public RehearsedStore(string path, Action<UpgradeProgress> progress, CancellationToken ct)
    {
        (this.path, this.progress) = (path, progress);
        connection = StoreFile.Connect(path, "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF");
        raw.sqlite3_progress_handler(connection.Handle!, InstructionsBetweenBeats, _ => Beat(ct), null);
    }

    /// <summary>
    /// Applies the scripts between two counts of rows, and checks the whole file. What it took of the disk is what an upgrade takes beside the
    /// store: a copy as it was, the log, and what the file grows by.
    /// </summary>
    /// <exception cref="UpgradeException">A script failed, or the file is not sound.</exception>
    public (TimeSpan Took, long Taken, IReadOnlyList<TableChange> Tables) Rehearse(MigrationPlan plan, IReadOnlyList<Migration> pending, TimeProvider time)
    {
        var before = CountRows();
        var begun = time.GetTimestamp();
        if (pending is not [])
        {
            Migrating.Apply(connection, plan, pending, time.GetUtcNow(), Tell);
        }

        var took = time.GetElapsedTime(begun);
        var taken = Numbers("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Single() + LogBytes;
        var after = CountRows();
        RefuseUnsound();
        return (took, taken, [.. from name in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
                                 select new TableChange(name, Of(before, name), Of(after, name))]);
    }

    public void Dispose() => connection.Dispose();

    private long LogBytes => new FileInfo(path + "-wal") is { Exists: true } log ? log.Length : 0;

    private static long? Of(Dictionary<string, long> counts, string name) => counts.TryGetValue(name, out var count) ? count : null;

    private Dictionary<string, long> CountRows()
    {
        var counts = new Dictionary<string, long>();
        foreach (var name in Texts($"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '{Journal}'"))
        {
            Tell(new(UpgradeStage.Counting, name, 0, 0));
            counts.Add(name, Numbers($"SELECT count(*) FROM {StoreFile.Quote(name)}").Single());
        }

        return counts;
    }

    private void RefuseUnsound()
    {
        Tell(new(UpgradeStage.Checking, path, 0, 0));
        if (Texts("PRAGMA integrity_check(1)") is not ["ok"] and var said)
        {
            throw new UpgradeException(UpgradeFault.Damaged, string.Join(' ', said));
        }

        if (Texts("PRAGMA foreign_key_check") is [var table, ..])
        {
            throw new UpgradeException(UpgradeFault.BrokenReference, table);
        }
    }

    private void Tell(UpgradeProgress told)
    {
        now = told;
        progress(told);
    }

    private int Beat(CancellationToken ct)
    {
        progress(now);
        return ct.IsCancellationRequested ? 1 : 0;
    }

    private List<string> Texts(string sql) => Rows(sql, reader => reader.GetString(0));

    private List<long> Numbers(string sql) => Rows(sql, reader => reader.GetInt64(0));

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> map)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }
}
