using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>
/// One state of a store, read beside the server that writes to it, by another process if one likes. It costs the writer no
/// wait; while it is open the write-ahead log keeps growing, so whoever reads watches <see cref="LogBytes"/>.
/// </summary>
public sealed class StoreSnapshot : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly string logFile;

    private StoreSnapshot(SqliteConnection connection, string path)
    {
        this.connection = connection;
        logFile = path + "-wal";
        Schema = ReadSchema();
    }

    /// <summary>Tables and indexes of this state.</summary>
    public StoreSchema Schema { get; }

    /// <summary>Size of the write-ahead log, in bytes; 0 when there is none.</summary>
    public long LogBytes => new FileInfo(logFile) is { Exists: true } log ? log.Length : 0;

    /// <summary>Opens the committed state of now.</summary>
    /// <exception cref="StoreUnavailableException">There is no store, or it is damaged.</exception>
    public static StoreSnapshot Open(string folder)
    {
        var path = StoreFile.PathIn(folder);
        if (!File.Exists(path))
        {
            throw new StoreUnavailableException($"There is no store in {folder}.");
        }

        var connection = StoreFile.Connect(path, "PRAGMA query_only = 1");
        try
        {
            return new StoreSnapshot(connection, path);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new StoreUnavailableException($"The store {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Gives every row of a table, encoded, in an order that does not depend on when it is read: of the key, or of arrival where the
    /// table has none of its own. The bytes are valid during the call.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The file is damaged.</exception>
    public void ReadRows(StoreTable table, RowReader read, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(read);
        var prepared = raw.sqlite3_prepare_v2(connection.Handle!, $"SELECT * FROM {StoreFile.Quote(table.Name)} NOT INDEXED", out var statement);
        using (statement)
        {
            var encoder = new RowEncoder();
            var code = prepared;
            while (code is raw.SQLITE_OK or raw.SQLITE_ROW && (code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                ct.ThrowIfCancellationRequested();
                read(encoder.Encode(statement));
            }

            if (code != raw.SQLITE_DONE)
            {
                throw new StoreUnavailableException($"Table {table.Name} cannot be read: {raw.sqlite3_errmsg(connection.Handle!).utf8_to_string()}");
            }
        }
    }

    /// <summary>Ends the state; the log may be begun anew.</summary>
    public void Dispose() => connection.Dispose();

    private StoreSchema ReadSchema()
    {
        using var command = connection.CreateCommand();

        // The first read fixes the state that all others see.
        command.CommandText = "BEGIN";
        command.ExecuteNonQuery();
        command.CommandText =
            """
            SELECT type, name, sql FROM sqlite_master
            WHERE sql IS NOT NULL AND (name NOT LIKE 'sqlite\_%' ESCAPE '\' OR name = 'sqlite_sequence') ORDER BY name
            """;
        var (tables, indexes) = (new List<StoreTable>(), new List<string>());
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            switch (reader.GetString(0))
            {
                case "table":
                    tables.Add(new(reader.GetString(1), reader.GetString(2)));
                    break;
                case "index":
                    indexes.Add(reader.GetString(2));
                    break;
                default:
                    throw new StoreUnavailableException($"The store holds {reader.GetString(1)}, which a snapshot cannot carry.");
            }
        }

        return new(tables, indexes);
    }
}

/// <summary>Takes one encoded row.</summary>
public delegate void RowReader(ReadOnlySpan<byte> row);
