using Microsoft.Data.Sqlite;
using Rivet.Kernel;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>Makes a store's file from what a <see cref="StoreSnapshot"/> gave. Until <see cref="Finish"/> it is not one to be used.</summary>
public sealed class StoreBuilder : IDisposable
{
    private const string Sequences = "sqlite_sequence";
    private readonly string path;
    private readonly StoreSchema schema;
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, sqlite3_stmt> inserts = [];

    private StoreBuilder(string path, StoreSchema schema)
    {
        this.path = path;
        this.schema = schema;

        // A crash leaves rubbish, which is never taken for a store: it gets its name last.
        connection = StoreFile.Connect(path, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536");
    }

    /// <summary>Begins a new file.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be made.</exception>
    public static StoreBuilder Create(string path, StoreSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var builder = new StoreBuilder(path, schema);
        try
        {
            // Sequences come to be with the first table that counts.
            foreach (var table in schema.Tables.Where(table => table.Name != Sequences))
            {
                builder.Execute(table.Sql);
            }

            builder.Execute("BEGIN");
            return builder;
        }
        catch
        {
            builder.Dispose();
            throw;
        }
    }

    /// <summary>Puts encoded rows into a table.</summary>
    /// <returns>How many; null when the bytes are no rows of this table.</returns>
    /// <exception cref="StoreUnavailableException">The disk is full, or the rows contradict the table.</exception>
    public int? Insert(string table, ReadOnlySpan<byte> rows)
    {
        var insert = Prepare(table);
        var count = 0;
        while (!rows.IsEmpty)
        {
            if (!RowDecoder.TryBind(insert, ref rows))
            {
                return null;
            }

            var code = raw.sqlite3_step(insert);
            raw.sqlite3_reset(insert);
            if (code != raw.SQLITE_DONE)
            {
                throw Failed(raw.sqlite3_errmsg(connection.Handle!).utf8_to_string());
            }

            count++;
        }

        return count;
    }

    /// <summary>Makes the indexes, begins a new incarnation, records the event and checks the whole file.</summary>
    /// <exception cref="StoreUnavailableException">The disk is full, or what was put in does not fit together.</exception>
    public void Finish(SecurityEvent restored)
    {
        ArgumentNullException.ThrowIfNull(restored);
        foreach (var index in schema.Indexes)
        {
            Execute(index);
        }

        Execute("COMMIT");
        Refuse("PRAGMA foreign_key_check", first => first is not null);
        Refuse("PRAGMA quick_check", first => first is not "ok");
        Dispose();
        StoreFile.Write(path, transaction =>
        {
            if (schema.Tables.Any(table => table.Name == "storage_incarnation"))
            {
                Incarnation.Begin(transaction, restored.At);
            }

            transaction.Record(restored);
        });
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        foreach (var insert in inserts.Values)
        {
            insert.Dispose();
        }

        inserts.Clear();
        connection.Dispose();
    }

    private sqlite3_stmt Prepare(string table)
    {
        if (!inserts.TryGetValue(table, out var insert))
        {
            if (table == Sequences)
            {
                Execute($"DELETE FROM {Sequences}");
            }

            using var columns = connection.CreateCommand();
            columns.CommandText = $"SELECT count(*) FROM pragma_table_info($name)";
            columns.Parameters.AddWithValue("$name", table);
            var places = string.Join(',', Enumerable.Repeat("?", (int)(long)columns.ExecuteScalar()!));
            if (raw.sqlite3_prepare_v2(connection.Handle!, $"INSERT INTO {StoreFile.Quote(table)} VALUES ({places})", out insert) != raw.SQLITE_OK)
            {
                throw Failed(raw.sqlite3_errmsg(connection.Handle!).utf8_to_string());
            }

            inserts.Add(table, insert);
        }

        return insert;
    }

    private void Refuse(string check, Func<string?, bool> isBad)
    {
        using var command = connection.CreateCommand();
        command.CommandText = check;
        if (command.ExecuteScalar() is var first && isBad(first as string))
        {
            throw Failed($"{check}: {first}");
        }
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (SqliteException exception)
        {
            throw Failed(exception.Message, exception);
        }
    }

    private StoreUnavailableException Failed(string why, Exception? inner = null) => new($"The store {path} cannot be built: {why}", inner);
}
