using Microsoft.Data.Sqlite;
using Rivet.Transparency;

namespace Rivet.Witness;

/// <summary>The largest tree of a log that was cosigned.</summary>
internal sealed record SeenTree(long Size, byte[] Root, string Note, DateTimeOffset At)
{
    /// <summary>Of a log that was never cosigned.</summary>
    public static SeenTree None { get; } = new(0, TreeHash.Empty.ToArray(), "", DateTimeOffset.UnixEpoch);
}

/// <summary>
/// The logs a witness watches, and how far it saw each. A move forward is one transaction that only succeeds from the very tree it was judged
/// against: of two at once, in one process or two, one wins. It is durable when the call returns.
/// </summary>
internal sealed class SeenLogs
{
    private readonly string connection;

    public SeenLogs(string file)
    {
        connection = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 10 }.ToString();
        using var opened = Open();
        Execute(opened, "PRAGMA journal_mode = WAL");
        Execute(
            opened,
            """
            CREATE TABLE IF NOT EXISTS seen_log (
                origin TEXT PRIMARY KEY, key TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, at_s INTEGER NOT NULL
            ) WITHOUT ROWID
            """);
    }

    /// <summary>Watches a log from now on; false when one of this origin is watched already, under whatever key.</summary>
    public bool Add(NoteKey key)
    {
        using var opened = Open();
        return Execute(
            opened, "INSERT INTO seen_log VALUES ($1, $2, 0, $3, '', 0) ON CONFLICT DO NOTHING", key.Name, key.ToString(), TreeHash.Empty.ToArray()) == 1;
    }

    /// <summary>Another key is the log's from now on; what was seen of the log stays. False when it is not watched.</summary>
    public bool Replace(NoteKey key)
    {
        using var opened = Open();
        return Execute(opened, "UPDATE seen_log SET key = $1 WHERE origin = $2", key.ToString(), key.Name) == 1;
    }

    public (NoteKey Key, SeenTree Tree)? Find(string origin) => List(" WHERE origin = $1", origin).Select(log => ((NoteKey, SeenTree)?)log).FirstOrDefault();

    public IReadOnlyList<(NoteKey Key, SeenTree Tree)> All() => List(" ORDER BY origin");

    /// <summary>Moves a log from one tree to the next; false when it is not at the first any more.</summary>
    public bool TryMove(string origin, SeenTree from, SeenTree to)
    {
        using var opened = Open();
        return Execute(
            opened, "UPDATE seen_log SET size = $1, root = $2, note = $3, at_s = $4 WHERE origin = $5 AND size = $6 AND root = $7",
            to.Size, to.Root, to.Note, to.At.ToUnixTimeSeconds(), origin, from.Size, from.Root) == 1;
    }

    private List<(NoteKey Key, SeenTree Tree)> List(string which, params object[] values)
    {
        using var opened = Open();
        using var command = Command(opened, "SELECT key, size, root, note, at_s FROM seen_log" + which, values);
        using var rows = command.ExecuteReader();
        var logs = new List<(NoteKey, SeenTree)>();
        while (rows.Read())
        {
            var key = NoteKey.TryParse(rows.GetString(0), out var known) ? known : throw new InvalidDataException("A watched log has no key.");
            logs.Add((key, new SeenTree(rows.GetInt64(1), (byte[])rows[2], rows.GetString(3), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(4)))));
        }

        return logs;
    }

    private SqliteConnection Open()
    {
        var opened = new SqliteConnection(connection);
        opened.Open();
        Execute(opened, "PRAGMA synchronous = FULL");
        return opened;
    }

    private static int Execute(SqliteConnection opened, string sql, params object[] values)
    {
        using var command = Command(opened, sql, values);
        return command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection opened, string sql, object[] values)
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
