using Microsoft.Data.Sqlite;

namespace Rivet.Storage;

/// <summary>Looks at a store's file without changing anything, not even the files beside it.</summary>
public sealed class StoreLook : IDisposable
{
    private readonly SqliteConnection connection;

    private StoreLook(SqliteConnection connection) => this.connection = connection;

    /// <summary>Opens a store to be read.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="isInUse">Whether a server has it open. Without one nothing may lie in the write-ahead log: reading it would make files.</param>
    /// <exception cref="StoreUnavailableException">There is no store, it cannot be read, or its server did not close it.</exception>
    public static StoreLook Open(string folder, bool isInUse)
    {
        var path = StoreFile.PathIn(folder);
        if (!File.Exists(path))
        {
            throw new StoreUnavailableException($"There is no store in {folder}.");
        }

        if (!isInUse && new FileInfo(path + "-wal") is { Exists: true, Length: > 0 })
        {
            throw new StoreUnavailableException($"The server did not close {path}; its next start takes over what is left in the log.");
        }

        // An immutable file is read without locks and without the log, which a closed store does not have.
        var source = isInUse
            ? new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }
            : new SqliteConnectionStringBuilder { DataSource = new Uri(path).AbsoluteUri + "?immutable=1", Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            connection.Open();
            return new StoreLook(connection);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new StoreUnavailableException($"The store {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the whole file; gives the first thing that is wrong with it, in SQLite's words, or null.</summary>
    public string? FindDamage()
    {
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1)";
            return command.ExecuteScalar() is var first && first is "ok" ? null : first?.ToString() ?? "";
        }
        catch (SqliteException damaged)
        {
            return damaged.Message;
        }
    }

    /// <summary>Compares the scripts that made this store with those a program has.</summary>
    /// <param name="known">The program's.</param>
    /// <returns>What the program would still apply, and what it does not know: a newer one applied that.</returns>
    /// <exception cref="StoreUnavailableException">The file is damaged, or no store.</exception>
    public (IReadOnlyList<string> Pending, IReadOnlyList<string> Unknown) Compare(IEnumerable<MigrationSource> known)
    {
        var scripts = known.SelectMany(source => source.Read()).Select(script => script.Name).ToList();
        var applied = new List<string>();
        try
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT ScriptName FROM SchemaVersions ORDER BY SchemaVersionID";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                applied.Add(reader.GetString(0));
            }
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The store {connection.DataSource} cannot be read: {exception.Message}", exception);
        }

        return ([.. scripts.Except(applied)], [.. applied.Except(scripts)]);
    }

    /// <summary>Asks the store.</summary>
    /// <param name="query">What.</param>
    /// <exception cref="StoreUnavailableException">The file is damaged, or no store.</exception>
    public T Read<T>(Func<ReadSession, T> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        try
        {
            return query(new ReadSession(connection));
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The store {connection.DataSource} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Closes it.</summary>
    public void Dispose() => connection.Dispose();
}
