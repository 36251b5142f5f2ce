using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>
/// A prepared statement spoken to directly: on the writer's path, the general provider's commands and readers cost more
/// than SQLite itself. Not safe for concurrent use, and never run inside itself.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt handle;
    private readonly StatementRow row;

    /// <summary>Which parameter stands at each of SQLite's places, which it gives out in order of appearance.</summary>
    private readonly int[] places;
    private readonly int wanted;

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out handle, out var tail));
        if (!string.IsNullOrWhiteSpace(tail))
        {
            handle.Dispose();
            throw new ArgumentException("One statement at a time.", nameof(sql));
        }

        row = new StatementRow(handle);
        places = new int[raw.sqlite3_bind_parameter_count(handle)];
        for (var place = 0; place < places.Length; place++)
        {
            var name = raw.sqlite3_bind_parameter_name(handle, place + 1).utf8_to_string();
            if (name is not ['$', .. var number] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out places[place]) || places[place] < 1)
            {
                handle.Dispose();
                throw new ArgumentException("Parameters are named $1, $2 …", nameof(sql));
            }

            wanted = Math.Max(wanted, places[place]);
        }
    }

    /// <summary>Binds <c>$1</c>, <c>$2</c> … in order.</summary>
    public void Bind(ReadOnlySpan<object?> parameters)
    {
        if (wanted != parameters.Length)
        {
            throw new ArgumentException($"The statement takes {wanted} parameters, not {parameters.Length}.", nameof(parameters));
        }

        for (var place = 0; place < places.Length; place++)
        {
            Check(Bind(place + 1, parameters[places[place] - 1]));
        }
    }

    /// <summary>Moves to the next row; null when there is none.</summary>
    public StatementRow? Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return row;
        }

        if (code != raw.SQLITE_DONE)
        {
            Check(code);
        }

        return null;
    }

    /// <summary>Runs to the end; gives how many rows were changed, 0 for what changes none.</summary>
    public int Run()
    {
        while (Step() is not null)
        {
        }

        return raw.sqlite3_stmt_readonly(handle) == 0 ? raw.sqlite3_changes(database) : 0;
    }

    /// <summary>Ends the run, so that no lock outlives it.</summary>
    public void Reset() => _ = raw.sqlite3_reset(handle);

    public void Dispose() => handle.Dispose();

    private int Bind(int number, object? value) => value switch
    {
        null or DBNull => raw.sqlite3_bind_null(handle, number),
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(handle, number, 0),
        byte[] bytes => raw.sqlite3_bind_blob(handle, number, bytes),
        ReadOnlyMemory<byte> { Length: 0 } => raw.sqlite3_bind_zeroblob(handle, number, 0),
        ReadOnlyMemory<byte> bytes => raw.sqlite3_bind_blob(handle, number, bytes.Span),
        long whole => raw.sqlite3_bind_int64(handle, number, whole),
        int whole => raw.sqlite3_bind_int64(handle, number, whole),
        string text => raw.sqlite3_bind_text(handle, number, text),
        bool truth => raw.sqlite3_bind_int64(handle, number, truth ? 1 : 0),
        uint or short or ushort or byte or sbyte or Enum
            => raw.sqlite3_bind_int64(handle, number, Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        double real => raw.sqlite3_bind_double(handle, number, real),
        _ => throw new ArgumentException($"A {value.GetType().Name} is no parameter; pass identifiers as their bytes and times as milliseconds."),
    };

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, database);
        }
    }
}
