using Microsoft.Data.Sqlite;

namespace Rivet.KeyServer;

/// <summary>The small database beside the keys. A change is durable when the call returns, and is seen by every process from its next question on.</summary>
internal sealed class BookFile : IDisposable
{
    private readonly SqliteConnection opened;
    private readonly Lock gate = new();
    private readonly TimeProvider time;

    public BookFile(string file, TimeProvider time)
    {
        this.time = time;
        opened = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 10 }.ToString());
        opened.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
    }

    /// <summary>Seconds since 1970.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeSeconds();

    public List<T> Read<T>(string sql, Func<SqliteDataReader, T> read, params object[] values)
    {
        lock (gate)
        {
            using var command = Command(sql, values);
            using var rows = command.ExecuteReader();
            var found = new List<T>();
            while (rows.Read())
            {
                found.Add(read(rows));
            }

            return found;
        }
    }

    /// <summary>Runs a statement; how many rows it changed.</summary>
    public int Execute(string sql, params object[] values)
    {
        lock (gate)
        {
            using var command = Command(sql, values);
            return command.ExecuteNonQuery();
        }
    }

    /// <summary>Runs statements that hold together or not at all; <paramref name="work"/> says whether they hold.</summary>
    public bool Together(Func<bool> work)
    {
        lock (gate)
        {
            Execute("BEGIN IMMEDIATE");
            var holds = false;
            try
            {
                return holds = work();
            }
            finally
            {
                Execute(holds ? "COMMIT" : "ROLLBACK");
            }
        }
    }

    public void Dispose() => opened.Dispose();

    private SqliteCommand Command(string sql, object[] values)
    {
        var command = opened.CreateCommand();
        command.CommandText = sql;
        for (var at = 0; at < values.Length; at++)
        {
            command.Parameters.AddWithValue($"${at + 1}", values[at]);
        }

        return command;
    }
}
