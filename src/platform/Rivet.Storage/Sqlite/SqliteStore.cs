using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rivet.Storage;

/// <summary>
/// The embedded store: one SQLite file in WAL mode with full synchronisation, one writer thread that commits in
/// groups, and a pool of readers.
/// </summary>
internal sealed class SqliteStore(IOptions<StorageOptions> options, IEnumerable<MigrationSource> migrations, OutboxLag lag, TimeProvider time, ILogger<SqliteStore> log)
    : IStore, IHostedService, IDisposable
{
    private const int WorksPerMillisecondOfGathering = 8;
    private readonly StorageOptions options = options.Value;
    private readonly Channel<IQueuedWork> queue = Channel.CreateBounded<IQueuedWork>(
        new BoundedChannelOptions(options.Value.QueueLength) { SingleReader = true });
    private readonly ConcurrentBag<ReadSession> readers = [];
    private FileStream? folderLock;
    private Thread? writer;
    private Checkpointer? checkpointer;
    private readonly ManualResetEventSlim closing = new(initialState: false, spinCount: 0);
    private volatile bool closed;

    public Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken ct)
    {
        var queued = new QueuedWork<T>(work, ct);
        return queue.Writer.TryWrite(queued) ? queued.Completion : WaitAndWriteAsync(queued, ct);
    }

    private async Task<T> WaitAndWriteAsync<T>(QueuedWork<T> queued, CancellationToken ct)
    {
        try
        {
            await queue.Writer.WriteAsync(queued, ct);
        }
        catch (ChannelClosedException exception)
        {
            throw new StoreUnavailableException("The store is closed.", exception);
        }

        return await queued.Completion;
    }

    public ValueTask<T> ReadAsync<T>(Func<ReadSession, T> query, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (closed)
        {
            throw new StoreUnavailableException("The store is closed.");
        }

        ReadSession? session = null;
        try
        {
            if (!readers.TryTake(out session))
            {
                session = new ReadSession(Connect("PRAGMA query_only = 1"));
            }

            return new(InSnapshot(session, query));
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException("The store cannot be read.", exception);
        }
        finally
        {
            GiveBack(session);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        CreateFolder();
        try
        {
            var applied = Upgrade();
            var connection = Connect(
                $"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384; PRAGMA secure_delete = FAST; {Quota()}");
            BeginFirstIncarnation(connection);
            checkpointer = new Checkpointer(Connect($"PRAGMA wal_autocheckpoint = 0; PRAGMA busy_timeout = {Checkpointer.MostWait.TotalMilliseconds}"), connection, options, log);
            writer = new Thread(() => WriteUntilClosed(new WriteTransaction(connection, lag))) { Name = "store writer", IsBackground = true };
            writer.Start();
            Log.Opened(log, options.DatabasePath, applied);
            return Task.CompletedTask;
        }
        catch (Exception exception)
        {
            folderLock?.Dispose();
            if (exception is SqliteException)
            {
                throw new StoreUnavailableException(
                    $"The store {options.DatabasePath} cannot be opened: it is damaged or no store at all. Put a backup in its place. ({exception.Message})", exception);
            }

            throw;
        }
    }

    /// <summary>Commits what is queued, then closes.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        queue.Writer.TryComplete();
        closing.Set();
        writer?.Join();
        closed = true;
        Interlocked.Exchange(ref checkpointer, null)?.Dispose();
        while (readers.TryTake(out var session))
        {
            session.Close();
        }

        folderLock?.Dispose();
    }

    /// <summary>All statements of one query see the same state.</summary>
    private static T InSnapshot<T>(ReadSession session, Func<ReadSession, T> query)
    {
        session.Command("BEGIN");
        try
        {
            return query(session);
        }
        finally
        {
            session.Command("ROLLBACK");
        }
    }

    private void GiveBack(ReadSession? session)
    {
        if (session is not null)
        {
            readers.Add(session);
            if (closed && readers.TryTake(out var late))
            {
                late.Close();
            }
        }
    }

    private void WriteUntilClosed(WriteTransaction transaction)
    {
        var group = new List<IQueuedWork>(options.GroupSize);
        var former = 0;
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Gather(former);
            while (group.Count < options.GroupSize && queue.Reader.TryRead(out var work))
            {
                group.Add(work);
            }

            CommitGroup(transaction, group);
            former = group.Count;
            group.Clear();
        }

        transaction.Close();
    }

    /// <summary>
    /// Under load, waits a little for more to commit together: what a commit costs, it costs once a group. A lone work
    /// never waits.
    /// </summary>
    private void Gather(int former)
    {
        if (former >= WorksPerMillisecondOfGathering && queue.Reader.Count < options.GroupSize)
        {
            var pause = TimeSpan.FromMilliseconds(former / WorksPerMillisecondOfGathering);
            closing.Wait(pause < options.MostGathering ? pause : options.MostGathering);
        }
    }

    private void CommitGroup(WriteTransaction transaction, List<IQueuedWork> group)
    {
        try
        {
            if (!TryTogether(transaction, group))
            {
                transaction.Execute("BEGIN IMMEDIATE");
                group.ForEach(work => RunAlone(transaction, work));
                transaction.Execute("COMMIT");
            }
        }
        catch (Exception exception)
        {
            Abandon(transaction);
            Log.GroupFailed(log, group.Count, exception);
            var unavailable = new StoreUnavailableException("The store could not commit; nothing was stored.", exception);
            group.ForEach(work => work.Fail(unavailable));
            return;
        }

        var forgets = transaction.TakeForgets();
        transaction.RunAfterCommit(exception => Log.AfterCommitFailed(log, exception));
        group.ForEach(work => work.Finish());
        checkpointer?.Committed(forgets);
    }

    /// <summary>
    /// Hopes that none throws: a savepoint for each work copies every page it touches, which costs more than the work.
    /// False when one threw; nothing was stored then, and each is to run again in a savepoint of its own.
    /// </summary>
    private static bool TryTogether(WriteTransaction transaction, List<IQueuedWork> group)
    {
        transaction.Execute("BEGIN IMMEDIATE");
        foreach (var work in group)
        {
            if (!work.TryRun(transaction))
            {
                Abandon(transaction);
                return false;
            }
        }

        transaction.Execute("COMMIT");
        return true;
    }

    /// <summary>Runs one work in a savepoint: if it throws, it alone is undone.</summary>
    private static void RunAlone(WriteTransaction transaction, IQueuedWork work)
    {
        var mark = transaction.Mark;
        transaction.Execute("SAVEPOINT work");
        if (!work.TryRun(transaction))
        {
            transaction.Forget(mark);

            // After some failures, a full disk among them, SQLite has already ended the whole transaction: then this
            // statement throws and the group fails as one.
            transaction.Execute("ROLLBACK TO work");
        }

        transaction.Execute("RELEASE work");
    }

    private static void Abandon(WriteTransaction transaction)
    {
        transaction.Forget(0);
        try
        {
            transaction.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There is no transaction any more.
        }
    }

    private void BeginFirstIncarnation(SqliteConnection connection)
    {
        var transaction = new WriteTransaction(connection);
        if (transaction.QueryFirst("SELECT count(*) FROM storage_incarnation", row => row.GetInt64(0)) == 0)
        {
            Incarnation.Begin(transaction, time.GetUtcNow());
        }

        transaction.Release();
    }

    private int Upgrade()
    {
        RehearsalFolder.RemoveAbandoned(options.Folder);
        var (scripts, copy) = new StoreUpgrade(options, MigrationPlan.Of(migrations), time).Run(options.Upgrading ?? (_ => { }));
        if (copy is not null && options.Upgrading is { } told)
        {
            told(new(UpgradeStage.Kept, copy, scripts, scripts));
        }
        else if (copy is not null)
        {
            Log.Upgraded(log, ProgramVersion.Current.Text, scripts, copy);
        }

        return scripts;
    }

    private SqliteConnection Connect(string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = options.DatabasePath,
            Pooling = false,
        }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000; {pragmas}";
        command.ExecuteNonQuery();
        return connection;
    }

    private string Quota() => options.MaxBytes == 0 ? string.Empty : $"PRAGMA max_page_count = {Math.Max(1, options.MaxBytes / 4096)}";

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(options.Folder);
        }
        else
        {
            Directory.CreateDirectory(options.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        try
        {
            folderLock = new FileStream(Path.Combine(options.Folder, "rivet.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new StoreUnavailableException($"Another Rivet server uses {options.Folder}; stop it first, or choose another folder with --data.", exception);
        }
    }
}
