using Microsoft.Data.Sqlite;

namespace Rivet.Storage;

/// <summary>
/// The store of a data folder for a program beside its server, which may run: one transaction at a time, durable when it returns. The
/// server's next group waits for it as long as it takes to be synchronised.
/// </summary>
public sealed class StoreBeside : IStore, IDisposable
{
    private readonly string path;
    private readonly ReadSession session;

    private StoreBeside(string path, ReadSession session)
    {
        this.path = path;
        this.session = session;
    }

    /// <summary>Opens a store that a server of this very version has opened before; makes and changes nothing.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="migrations">The scripts of the modules that will be asked.</param>
    /// <exception cref="StoreUnavailableException">There is no store, it is damaged, or these scripts were not applied to it.</exception>
    public static StoreBeside Open(string folder, IEnumerable<MigrationSource> migrations)
    {
        ArgumentNullException.ThrowIfNull(migrations);
        var path = StoreFile.PathIn(folder);
        if (!File.Exists(path))
        {
            throw new StoreUnavailableException($"There is no store in {folder}. Name the data folder with --data.");
        }

        try
        {
            var session = new ReadSession(StoreFile.Connect(path, "PRAGMA query_only = 1"));
            var applied = session.Query("SELECT ScriptName FROM SchemaVersions", row => row.GetString(0)).ToHashSet();
            if (Misfit(migrations, applied) is { } script)
            {
                session.Close();
                throw new StoreUnavailableException(
                    $"The store in {folder} is of {(applied.Contains(script) ? "a newer" : "an older")} Rivet (by {script}). Start the server of this version once, or use the program of the store's.");
            }

            return new StoreBeside(path, session);
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The store {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>A script of these modules that the store or this program does not know.</summary>
    private static string? Misfit(IEnumerable<MigrationSource> migrations, HashSet<string> applied)
    {
        var sources = migrations.ToList();
        var known = sources.SelectMany(source => source.Read()).Select(script => script.Name).ToHashSet();
        return known.FirstOrDefault(name => !applied.Contains(name))
            ?? applied.FirstOrDefault(name => !known.Contains(name) && sources.Exists(source => name.StartsWith(source.Owner + "/", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(work);
        ct.ThrowIfCancellationRequested();
        T? value = default;
        StoreFile.Write(path, transaction => value = work(transaction));
        return Task.FromResult(value!);
    }

    /// <inheritdoc/>
    public ValueTask<T> ReadAsync<T>(Func<ReadSession, T> query, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(query);
        ct.ThrowIfCancellationRequested();
        try
        {
            session.Command("BEGIN");
            try
            {
                return new(query(session));
            }
            finally
            {
                session.Command("ROLLBACK");
            }
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The store {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Lets go of the file.</summary>
    public void Dispose() => session.Close();
}
