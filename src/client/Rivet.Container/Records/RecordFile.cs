using Microsoft.Data.Sqlite;

namespace Rivet.Container.Records;

/// <summary>
/// The SQLite file: one row for the head, one table for all records. The caller serialises its use within a process;
/// between processes SQLite does (WAL, short immediate transactions).
/// </summary>
internal sealed class RecordFile : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY CHECK (id = 1), value BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS record (
            arrival INTEGER PRIMARY KEY AUTOINCREMENT,
            kind    INTEGER NOT NULL,
            key     BLOB    NOT NULL,
            sealed  BLOB    NOT NULL,
            UNIQUE (kind, key));
        """;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> commands = [];

    private RecordFile(SqliteConnection connection) => this.connection = connection;

    public static RecordFile Open(string path, bool create)
    {
        if (create && !OperatingSystem.IsWindows())
        {
            // SQLite gives its journals the mode of the file.
            using var made = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 10,
        }.ToString());
        try
        {
            connection.Open();
            using var setUp = connection.CreateCommand();
            setUp.CommandText = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + (create ? Schema : "");
            setUp.ExecuteNonQuery();
            return new RecordFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What SQLite's answer means to a person; null for a fault of the program.</summary>
    public static ContainerRefusal? Refusal(SqliteException refused) => refused.SqliteErrorCode switch
    {
        5 or 6 => ContainerRefusal.Busy,
        1 or 10 or 11 or 26 => ContainerRefusal.Damaged, // "no such table" counts: the file was not made by us
        13 => ContainerRefusal.DiskFull,
        3 or 8 or 14 or 23 => ContainerRefusal.NoAccess,
        _ => null,
    };

    public byte[]? ReadHead() => Command("SELECT value FROM head WHERE id = 1").ExecuteScalar() as byte[];

    public void WriteHead(byte[] value)
    {
        var command = Command("INSERT INTO head (id, value) VALUES (1, $value)");
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }

    /// <summary>Changes whenever another connection commits.</summary>
    public long ForeignVersion() => (long)Command("PRAGMA data_version").ExecuteScalar()!;

    public void Begin() => Command("BEGIN IMMEDIATE").ExecuteNonQuery();

    public void Commit() => Command("COMMIT").ExecuteNonQuery();

    public void Rollback() => Command("ROLLBACK").ExecuteNonQuery();

    public byte[]? Find(byte kind, byte[] key)
    {
        var command = Command("SELECT sealed FROM record WHERE kind = $kind AND key = $key");
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$key", key);
        return command.ExecuteScalar() as byte[];
    }

    public bool Insert(byte kind, byte[] key, byte[] sealedValue)
        => Store("INSERT INTO record (kind, key, sealed) VALUES ($kind, $key, $sealed) ON CONFLICT DO NOTHING", kind, key, sealedValue) == 1;

    public void Put(byte kind, byte[] key, byte[] sealedValue)
        => Store("INSERT INTO record (kind, key, sealed) VALUES ($kind, $key, $sealed) ON CONFLICT (kind, key) DO UPDATE SET sealed = excluded.sealed", kind, key, sealedValue);

    public void Delete(byte kind, byte[] key)
    {
        var command = Command("DELETE FROM record WHERE kind = $kind AND key = $key");
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$key", key);
        command.ExecuteNonQuery();
    }

    /// <summary>Rows of a kind with <c>from ≤ key &lt; to</c>, by key.</summary>
    public List<Record> Range(byte kind, byte[] from, byte[] to, bool newestFirst, int limit)
    {
        var command = Command(newestFirst
            ? "SELECT arrival, key, sealed FROM record WHERE kind = $kind AND key >= $from AND key < $to ORDER BY key DESC LIMIT $limit"
            : "SELECT arrival, key, sealed FROM record WHERE kind = $kind AND key >= $from AND key < $to ORDER BY key LIMIT $limit");
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$from", from);
        command.Parameters.AddWithValue("$to", to);
        command.Parameters.AddWithValue("$limit", limit);
        return Read(command);
    }

    /// <summary>Rows of a kind that arrived after <paramref name="after"/>, in that order.</summary>
    public List<Record> Arrived(byte kind, long after, int limit)
    {
        var command = Command("SELECT arrival, key, sealed FROM record WHERE arrival > $after AND kind = $kind ORDER BY arrival LIMIT $limit");
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$limit", limit);
        return Read(command);
    }

    public void Dispose()
    {
        foreach (var command in commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private static List<Record> Read(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<Record>();
        while (reader.Read())
        {
            rows.Add(new Record(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2)));
        }

        return rows;
    }

    private int Store(string sql, byte kind, byte[] key, byte[] sealedValue)
    {
        var command = Command(sql);
        command.Parameters.AddWithValue("$kind", kind);
        command.Parameters.AddWithValue("$key", key);
        command.Parameters.AddWithValue("$sealed", sealedValue);
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            commands.Add(sql, command);
        }

        command.Parameters.Clear();
        return command;
    }
}
