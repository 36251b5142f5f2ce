using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>
/// Applies scripts with their records in one transaction: after a failure, a kill or a power cut the store is the one that the older
/// program left, and that program opens it.
/// </summary>
internal static class Migrating
{
    /// <exception cref="UpgradeException">A script failed, or left rows that refer to nothing; nothing was changed.</exception>
    public static void Apply(SqliteConnection connection, MigrationPlan plan, IReadOnlyList<Migration> pending, DateTimeOffset now, Action<UpgradeProgress> progress)
    {
        // A table that others refer to is changed by making it anew; the references are checked before the commit.
        Run(connection, "PRAGMA foreign_keys = OFF");
        Run(connection, "BEGIN IMMEDIATE");
        var current = pending[0];
        try
        {
            MigrationJournal.Prepare(connection, plan);
            for (var index = 0; index < pending.Count; index++)
            {
                current = pending[index];
                progress(new(UpgradeStage.Migrating, current.Name, index, pending.Count));
                Run(connection, current.Sql);
                if (raw.sqlite3_get_autocommit(connection.Handle!) != 0)
                {
                    throw new InvalidOperationException($"{current.Name} ends the transaction it runs in.");
                }

                MigrationJournal.Add(connection, current, now);
            }

            RefuseBrokenReferences(connection);
            Run(connection, "COMMIT");
        }
        catch (SqliteException exception)
        {
            Undo(connection);
            throw new UpgradeException(UpgradeFault.Failed, exception, current.Name, exception.Message);
        }
        catch
        {
            Undo(connection);
            throw;
        }
    }

    private static void RefuseBrokenReferences(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA foreign_key_check";
        if (command.ExecuteScalar() is string table)
        {
            throw new UpgradeException(UpgradeFault.BrokenReference, table);
        }
    }

    private static void Undo(SqliteConnection connection)
    {
        if (raw.sqlite3_get_autocommit(connection.Handle!) == 0)
        {
            Run(connection, "ROLLBACK");
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
