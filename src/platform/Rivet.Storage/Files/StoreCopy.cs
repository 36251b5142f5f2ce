using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>
/// A store's file, read as it is beside whoever writes to it, and copied page by page. What is read is not changed, not even by writing
/// back the log that a killed server left.
/// </summary>
internal sealed class StoreCopy : IDisposable
{
    private const int PagesAtOnce = 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly SqliteConnection source;

    private StoreCopy(SqliteConnection source, long bytes) => (this.source, Bytes) = (source, bytes);

    /// <summary>What the state takes, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Fixes the committed state of now.</summary>
    /// <exception cref="SqliteException">The file is damaged.</exception>
    public static StoreCopy Open(string path)
    {
        var hasLog = File.Exists(path + "-wal");
        var source = StoreFile.Connect(path, "PRAGMA query_only = 1");
        try
        {
            if (hasLog)
            {
                _ = raw.sqlite3_db_config(source.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            }

            using var command = source.CreateCommand();
            command.CommandText = "BEGIN; SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
            return new(source, (long)command.ExecuteScalar()!);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>What this state has had.</summary>
    public IReadOnlyList<AppliedMigration> ReadJournal(string place) => MigrationJournal.Read(source, place);

    /// <summary>Writes the state to a new file that only its owner reads, and synchronises it.</summary>
    /// <exception cref="UpgradeException">The disk refused; a part of the file may be left.</exception>
    public void WriteTo(string target, Action<UpgradeProgress> progress, CancellationToken ct)
    {
        try
        {
            CreatePrivate(target);
            using (var copy = StoreFile.Connect(target, "PRAGMA synchronous = OFF"))
            {
                CopyPages(copy, target, progress, ct);
            }

            using var file = new FileStream(target, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new UpgradeException(UpgradeFault.CannotWrite, exception, target, exception.Message);
        }
    }

    public void Dispose() => source.Dispose();

    private void CopyPages(SqliteConnection copy, string target, Action<UpgradeProgress> progress, CancellationToken ct)
    {
        using var backup = raw.sqlite3_backup_init(copy.Handle!, "main", source.Handle!, "main");
        int code;
        do
        {
            ct.ThrowIfCancellationRequested();
            code = raw.sqlite3_backup_step(backup, PagesAtOnce);
            var pages = raw.sqlite3_backup_pagecount(backup);
            progress(new(UpgradeStage.Copying, target, pages == 0 ? 0 : Bytes * (pages - raw.sqlite3_backup_remaining(backup)) / pages, Bytes));
        }
        while (code == raw.SQLITE_OK);

        if (code != raw.SQLITE_DONE)
        {
            throw new SqliteException(raw.sqlite3_errstr(code).utf8_to_string(), code);
        }
    }

    private static void CreatePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        new FileStream(path, options).Dispose();
    }
}
