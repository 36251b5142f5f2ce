using System.Collections;
using System.Data.Common;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>The current row of a statement. Reading NULL as a value throws, as does reading past the columns.</summary>
internal sealed class StatementRow(sqlite3_stmt handle) : DbDataReader
{
    public override int FieldCount { get; } = raw.sqlite3_column_count(handle);
    public override int Depth => 0;
    public override bool HasRows => true;
    public override bool IsClosed => false;
    public override int RecordsAffected => -1;
    public override object this[int ordinal] => GetValue(ordinal);
    public override object this[string name] => GetValue(GetOrdinal(name));

    public override long GetInt64(int ordinal)
    {
        RefuseNull(ordinal);
        return raw.sqlite3_column_int64(handle, ordinal);
    }

    public override double GetDouble(int ordinal)
    {
        RefuseNull(ordinal);
        return raw.sqlite3_column_double(handle, ordinal);
    }

    public override string GetString(int ordinal)
    {
        RefuseNull(ordinal);
        return raw.sqlite3_column_text(handle, ordinal).utf8_to_string();
    }

    public override object GetValue(int ordinal) => TypeOf(ordinal) switch
    {
        raw.SQLITE_INTEGER => raw.sqlite3_column_int64(handle, ordinal),
        raw.SQLITE_FLOAT => raw.sqlite3_column_double(handle, ordinal),
        raw.SQLITE_TEXT => raw.sqlite3_column_text(handle, ordinal).utf8_to_string(),
        raw.SQLITE_BLOB => raw.sqlite3_column_blob(handle, ordinal).ToArray(),
        _ => DBNull.Value,
    };

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length)
    {
        RefuseNull(ordinal);
        var bytes = raw.sqlite3_column_blob(handle, ordinal);
        if (buffer is null)
        {
            return bytes.Length;
        }

        var part = bytes[(int)Math.Min(dataOffset, bytes.Length)..];
        part = part[..Math.Min(part.Length, length)];
        part.CopyTo(buffer.AsSpan(bufferOffset));
        return part.Length;
    }

    public override bool IsDBNull(int ordinal) => TypeOf(ordinal) == raw.SQLITE_NULL;
    public override bool GetBoolean(int ordinal) => GetInt64(ordinal) != 0;
    public override byte GetByte(int ordinal) => checked((byte)GetInt64(ordinal));
    public override short GetInt16(int ordinal) => checked((short)GetInt64(ordinal));
    public override int GetInt32(int ordinal) => checked((int)GetInt64(ordinal));
    public override float GetFloat(int ordinal) => (float)GetDouble(ordinal);
    public override string GetName(int ordinal) => raw.sqlite3_column_name(handle, InRange(ordinal)).utf8_to_string();
    public override Type GetFieldType(int ordinal) => GetValue(ordinal).GetType();
    public override string GetDataTypeName(int ordinal) => GetFieldType(ordinal).Name;

    public override int GetOrdinal(string name)
    {
        for (var ordinal = 0; ordinal < FieldCount; ordinal++)
        {
            if (string.Equals(GetName(ordinal), name, StringComparison.OrdinalIgnoreCase))
            {
                return ordinal;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such column.");
    }

    public override int GetValues(object[] values)
    {
        var count = Math.Min(values.Length, FieldCount);
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            values[ordinal] = GetValue(ordinal);
        }

        return count;
    }

    public override bool Read() => throw NotHere();
    public override bool NextResult() => throw NotHere();
    public override IEnumerator GetEnumerator() => throw NotHere();
    public override char GetChar(int ordinal) => throw NotHere();
    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw NotHere();
    public override DateTime GetDateTime(int ordinal) => throw NotHere();
    public override decimal GetDecimal(int ordinal) => throw NotHere();
    public override Guid GetGuid(int ordinal) => throw NotHere();

    private static NotSupportedException NotHere() => new("A row gives integers, reals, texts and bytes; the query moves it.");

    private int TypeOf(int ordinal) => raw.sqlite3_column_type(handle, InRange(ordinal));

    private void RefuseNull(int ordinal)
    {
        if (TypeOf(ordinal) == raw.SQLITE_NULL)
        {
            throw new InvalidOperationException($"Column {ordinal} is NULL.");
        }
    }

    private int InRange(int ordinal) => (uint)ordinal < (uint)FieldCount ? ordinal : throw new ArgumentOutOfRangeException(nameof(ordinal));
}
