using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Rivet.Storage;

/// <summary>
/// Queries on one connection. Statements are prepared once per connection and kept, so their texts must be constants;
/// parameters are <c>$1</c>, <c>$2</c> … in order. Identifiers are passed as their 16 bytes.
/// </summary>
public class ReadSession
{
    private readonly Dictionary<string, Statement> prepared = [];
    private readonly SqliteConnection connection;

    internal ReadSession(SqliteConnection connection) => this.connection = connection;

    /// <summary>Gives every row, mapped.</summary>
    public List<T> Query<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters)
    {
        ArgumentNullException.ThrowIfNull(map);
        var statement = Prepare(sql);
        try
        {
            statement.Bind(parameters);
            var rows = new List<T>();
            while (statement.Step() is { } row)
            {
                rows.Add(map(row));
            }

            return rows;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Gives the first row, mapped; <c>default</c> when there is none.</summary>
    public T? QueryFirst<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters)
    {
        ArgumentNullException.ThrowIfNull(map);
        var statement = Prepare(sql);
        try
        {
            statement.Bind(parameters);
            return statement.Step() is { } row ? map(row) : default;
        }
        finally
        {
            statement.Reset();
        }
    }

    private protected int Run(string sql, ReadOnlySpan<object?> parameters)
    {
        var statement = Prepare(sql);
        try
        {
            statement.Bind(parameters);
            return statement.Run();
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Runs a statement of the store's own.</summary>
    internal void Command(string sql) => Run(sql, []);

    internal void Close()
    {
        Release();
        connection.Dispose();
    }

    /// <summary>Lets go of the connection, which stays open.</summary>
    internal void Release()
    {
        foreach (var statement in prepared.Values)
        {
            statement.Dispose();
        }

        prepared.Clear();
    }

    private Statement Prepare(string sql)
    {
        if (!prepared.TryGetValue(sql, out var statement))
        {
            statement = new Statement(connection.Handle!, sql);
            prepared.Add(sql, statement);
        }

        return statement;
    }
}
