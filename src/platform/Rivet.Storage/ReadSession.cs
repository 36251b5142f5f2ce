using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Rivet.Storage;

/// <summary>
/// Queries on one connection. Statements are prepared once per connection and kept, so their texts must be constants;
/// parameters are <c>$1</c>, <c>$2</c> … in order. Identifiers are passed as their 16 bytes.
/// </summary>
public class ReadSession
{
    private readonly Dictionary<string, SqliteCommand> prepared = [];
    private readonly SqliteConnection connection;

    internal ReadSession(SqliteConnection connection) => this.connection = connection;

    /// <summary>Gives every row, mapped.</summary>
    public List<T> Query<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters)
    {
        ArgumentNullException.ThrowIfNull(map);
        using var reader = Prepare(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    /// <summary>Gives the first row, mapped; <c>default</c> when there is none.</summary>
    public T? QueryFirst<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters)
    {
        ArgumentNullException.ThrowIfNull(map);
        using var reader = Prepare(sql, parameters).ExecuteReader();
        return reader.Read() ? map(reader) : default;
    }

    internal SqliteConnection Connection => connection;

    private protected SqliteCommand Prepare(string sql, ReadOnlySpan<object?> parameters)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var number = 1; number <= parameters.Length; number++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = "$" + number });
            }

            prepared.Add(sql, command);
        }

        for (var index = 0; index < parameters.Length; index++)
        {
            command.Parameters[index].Value = parameters[index] ?? DBNull.Value;
        }

        return command;
    }

    internal void Close()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }
}
