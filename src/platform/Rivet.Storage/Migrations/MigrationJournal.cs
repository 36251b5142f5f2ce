using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Rivet.Storage;

/// <summary>
/// The store's record of scripts. Its name and first columns are those of the first versions, so that each of them sees a
/// script it does not know and refuses.
/// </summary>
internal static class MigrationJournal
{
    private const string Table = "SchemaVersions";

    /// <summary>What a store has had, in order; nothing for an empty file.</summary>
    /// <exception cref="UpgradeException">The file is a database, and no store.</exception>
    public static IReadOnlyList<AppliedMigration> Read(SqliteConnection connection, string place)
    {
        var columns = Columns(connection);
        if (columns.Count == 0)
        {
            using var count = Command(connection, "SELECT count(*) FROM sqlite_master");
            return (long)count.ExecuteScalar()! == 0 ? [] : throw new UpgradeException(UpgradeFault.NoStore, place);
        }

        var details = columns.Contains("Checksum") ? "Checksum, Program" : "NULL, NULL";
        using var command = Command(connection, $"SELECT ScriptName, {details} FROM {Table} ORDER BY SchemaVersionID");
        using var reader = command.ExecuteReader();
        var applied = new List<AppliedMigration>();
        while (reader.Read())
        {
            applied.Add(new(
                reader.GetString(0),
                reader.IsDBNull(1) ? null : reader.GetString(1),
                reader.IsDBNull(2) ? ProgramVersion.First : ProgramVersion.Parse(reader.GetString(2))));
        }

        return applied;
    }

    /// <summary>Makes the record, or widens that of the first versions: what they applied is what this program knows by the same name.</summary>
    public static void Prepare(SqliteConnection connection, MigrationPlan plan)
    {
        var columns = Columns(connection);
        if (columns.Count == 0)
        {
            Run(connection, $"""
                CREATE TABLE {Table} (
                    SchemaVersionID INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
                    ScriptName      TEXT NOT NULL,
                    Applied         DATETIME NOT NULL,
                    Checksum        TEXT,
                    Program         TEXT
                )
                """);
        }
        else if (!columns.Contains("Checksum"))
        {
            Run(connection, $"ALTER TABLE {Table} ADD COLUMN Checksum TEXT");
            Run(connection, $"ALTER TABLE {Table} ADD COLUMN Program TEXT");
            foreach (var migration in plan.All)
            {
                Run(connection, $"UPDATE {Table} SET Checksum = $1, Program = $2 WHERE ScriptName = $3", migration.Checksum, ProgramVersion.First.Text, migration.Name);
            }
        }
    }

    public static void Add(SqliteConnection connection, Migration migration, DateTimeOffset now)
        => Run(
            connection,
            $"INSERT INTO {Table} (ScriptName, Applied, Checksum, Program) VALUES ($1, $2, $3, $4)",
            migration.Name, now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture), migration.Checksum, ProgramVersion.Current.Text);

    private static HashSet<string> Columns(SqliteConnection connection)
    {
        using var command = Command(connection, $"SELECT name FROM pragma_table_info('{Table}')");
        using var reader = command.ExecuteReader();
        var names = new HashSet<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static void Run(SqliteConnection connection, string sql, params ReadOnlySpan<string> values)
    {
        using var command = Command(connection, sql);
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters.AddWithValue($"${index + 1}", values[index]);
        }

        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
