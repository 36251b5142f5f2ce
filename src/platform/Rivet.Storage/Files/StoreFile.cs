using Microsoft.Data.Sqlite;
using Rivet.Kernel;

namespace Rivet.Storage;

/// <summary>The store's file, touched by a process that is not its server.</summary>
public static class StoreFile
{
    /// <summary>Where the store of a data folder lies.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "rivet.db");

    /// <summary>Whether a file of the data folder, by its path in it, is the store's own: copies of it are too.</summary>
    public static bool IsPart(string name)
        => name is "rivet.db" or "rivet.db-wal" or "rivet.db-shm" or "rivet.lock" || KeptCopy.IsOne(name) || RehearsalFolder.IsOne(name);

    /// <summary>
    /// Records a security event beside the server, which may run: a transaction of one row. The server's next one waits for it as
    /// long as it takes to be synchronised.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written to.</exception>
    public static void Record(string folder, SecurityEvent securityEvent) => Write(PathIn(folder), transaction => transaction.Record(securityEvent));

    internal static void Write(string path, Action<WriteTransaction> work)
    {
        try
        {
            var transaction = new WriteTransaction(Connect(path, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = ON"));
            try
            {
                transaction.Execute("BEGIN IMMEDIATE");
                work(transaction);
                transaction.Execute("COMMIT");
                transaction.RunAfterCommit(exception => throw exception);
            }
            finally
            {
                transaction.Close();
            }
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException($"The store {path} cannot be written to: {exception.Message}", exception);
        }
    }

    internal static SqliteConnection Connect(string path, string pragmas)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000; {pragmas}";
            command.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new StoreUnavailableException($"The store {path} cannot be opened: {exception.Message}", exception);
        }
    }

    internal static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
