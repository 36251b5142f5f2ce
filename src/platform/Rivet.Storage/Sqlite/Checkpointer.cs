using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>
/// Writes the log back into the database on a thread of its own that yields to all others, so that no commit waits for
/// it. When nothing is committed meanwhile, the log begins anew by itself; under steady load it grows instead, and past
/// <see cref="StorageOptions.MostLogBytes"/> the writer waits: for the thread, should it still be busy, and for the little
/// that is left.
/// </summary>
internal sealed partial class Checkpointer : IDisposable
{
    /// <summary>
    /// The longest wait for a reader of an old state, which may be a backup that reads for minutes. The writer waits as long at
    /// most; what could not be done is tried again later.
    /// </summary>
    internal static readonly TimeSpan MostWait = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan ForgetAgain = TimeSpan.FromMilliseconds(500);
    private const int PageSize = 4096;
    private const int Niceness = 10;
    private const int CacheWrites = 9; // SQLITE_DBSTATUS_CACHE_WRITE

    private readonly ReadSession session;
    private readonly sqlite3 writer;
    private readonly StorageOptions options;
    private readonly ILogger log;
    private readonly SemaphoreSlim wanted = new(0);
    private readonly Thread thread;
    private readonly Lock gate = new();
    private long pagesSince;
    private long pagesInLog;
    private long restartFrom;
    private volatile bool isForgetting;
    private readonly ManualResetEventSlim rested = new(initialState: true, spinCount: 0);
    private volatile bool isClosing;

    public Checkpointer(SqliteConnection connection, SqliteConnection writer, StorageOptions options, ILogger log)
    {
        session = new ReadSession(connection);
        this.writer = writer.Handle!;
        this.options = options;
        this.log = log;
        restartFrom = options.MostLogBytes;
        thread = new Thread(RunUntilClosed) { Name = "store checkpoints", IsBackground = true };
        thread.Start();
    }

    /// <summary>Called by the writer after a commit, outside any transaction.</summary>
    /// <param name="forgets">Whether what was overwritten has to leave the log.</param>
    public void Committed(bool forgets)
    {
        isForgetting |= forgets;
        _ = raw.sqlite3_db_status(writer, CacheWrites, out var written, out _, 1);
        pagesSince += written;
        if (!rested.IsSet)
        {
            if (pagesSince * PageSize < options.MostLogBytes)
            {
                return;
            }

            rested.Wait();
        }

        var logged = Interlocked.Read(ref pagesInLog) * PageSize;
        if (logged >= restartFrom)
        {
            // Little is left to write back: the thread has just done so. The next commit then begins at the log's head;
            // readers of old snapshots end within their query. A backup does not: then the log grows by a quarter until the next try.
            restartFrom = Run("PRAGMA wal_checkpoint(RESTART)") ? options.MostLogBytes : logged + (options.MostLogBytes / 4);
            Interlocked.Exchange(ref pagesInLog, 0);
        }
        else if (isForgetting || pagesSince * PageSize >= options.CheckpointBytes)
        {
            pagesSince = 0;
            rested.Reset();
            wanted.Release();
        }
    }

    public void Dispose()
    {
        isClosing = true;
        wanted.Release();
        thread.Join();
        session.Close();
        wanted.Dispose();
        rested.Dispose();
    }

    private void RunUntilClosed()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(0, GetThreadId(), Niceness);
        }

        while (true)
        {
            wanted.Wait(isForgetting ? ForgetAgain : Timeout.InfiniteTimeSpan);
            if (isClosing)
            {
                return;
            }

            Run("PRAGMA wal_checkpoint(PASSIVE)");
            if (isForgetting)
            {
                isForgetting = false;
                isForgetting |= !Run("PRAGMA wal_checkpoint(TRUNCATE)");
            }

            rested.Set();
        }
    }

    /// <summary>False when a reader of an old state was in the way.</summary>
    private bool Run(string checkpoint)
    {
        using var one = gate.EnterScope();
        try
        {
            var (isBusy, pages) = session.QueryFirst(checkpoint, row => (row.GetBoolean(0), row.GetInt64(1)));
            Interlocked.Exchange(ref pagesInLog, pages);
            return !isBusy;
        }
        catch (SqliteException exception)
        {
            Log.CheckpointFailed(log, exception);
            return false;
        }
    }

    // On Linux a niceness belongs to a thread, whose id stands for the process's (setpriority(2), NOTES).
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
