using System.Buffers.Binary;
using SQLitePCL;

namespace Rivet.Storage;

/// <summary>
/// A row as bytes: the number of columns (1), then for each its type (1) and value: an integer or a real has 8 bytes, a text or
/// bytes have their length (4) before them, NULL has none. Numbers are big-endian; texts are UTF-8.
/// </summary>
internal sealed class RowEncoder
{
    private byte[] buffer = new byte[4096];
    private int length;

    /// <summary>The statement's current row; valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode(sqlite3_stmt row)
    {
        var columns = raw.sqlite3_column_count(row);
        length = 0;
        Room(1)[0] = checked((byte)columns);
        for (var column = 0; column < columns; column++)
        {
            var type = raw.sqlite3_column_type(row, column);
            Room(1)[0] = (byte)type;
            switch (type)
            {
                case raw.SQLITE_INTEGER:
                    BinaryPrimitives.WriteInt64BigEndian(Room(8), raw.sqlite3_column_int64(row, column));
                    break;
                case raw.SQLITE_FLOAT:
                    BinaryPrimitives.WriteDoubleBigEndian(Room(8), raw.sqlite3_column_double(row, column));
                    break;
                case raw.SQLITE_TEXT or raw.SQLITE_BLOB:
                    // The blob of a text is its bytes: the database's encoding is UTF-8.
                    var bytes = raw.sqlite3_column_blob(row, column);
                    BinaryPrimitives.WriteInt32BigEndian(Room(4), bytes.Length);
                    bytes.CopyTo(Room(bytes.Length));
                    break;
                default:
                    break;
            }
        }

        return buffer.AsSpan(0, length);
    }

    private Span<byte> Room(int size)
    {
        if (buffer.Length - length < size)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + size));
        }

        length += size;
        return buffer.AsSpan(length - size, size);
    }
}

/// <summary>Binds encoded rows to an insert. Hostile bytes give false.</summary>
internal static class RowDecoder
{
    /// <summary>Takes one row off the front.</summary>
    public static bool TryBind(sqlite3_stmt insert, ref ReadOnlySpan<byte> rows)
    {
        if (rows.IsEmpty || rows[0] != raw.sqlite3_bind_parameter_count(insert))
        {
            return false;
        }

        var columns = rows[0];
        rows = rows[1..];
        for (var place = 1; place <= columns; place++)
        {
            if (!TryBind(insert, place, ref rows))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>False for rows that are no rows, and for a value that SQLite does not take: the one bound before it would be stored instead.</summary>
    private static bool TryBind(sqlite3_stmt insert, int place, ref ReadOnlySpan<byte> rows)
    {
        if (!TryTake(ref rows, 1, out var type))
        {
            return false;
        }

        switch (type[0])
        {
            case raw.SQLITE_INTEGER when TryTake(ref rows, 8, out var value):
                return raw.sqlite3_bind_int64(insert, place, BinaryPrimitives.ReadInt64BigEndian(value)) == raw.SQLITE_OK;
            case raw.SQLITE_FLOAT when TryTake(ref rows, 8, out var value):
                return raw.sqlite3_bind_double(insert, place, BinaryPrimitives.ReadDoubleBigEndian(value)) == raw.SQLITE_OK;
            case raw.SQLITE_TEXT when TryTakeCounted(ref rows, out var value):
                return raw.sqlite3_bind_text(insert, place, value) == raw.SQLITE_OK;
            case raw.SQLITE_BLOB when TryTakeCounted(ref rows, out var value):
                return raw.sqlite3_bind_blob(insert, place, value) == raw.SQLITE_OK;
            case raw.SQLITE_NULL:
                return raw.sqlite3_bind_null(insert, place) == raw.SQLITE_OK;
            default:
                return false;
        }
    }

    private static bool TryTakeCounted(ref ReadOnlySpan<byte> rows, out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryTake(ref rows, 4, out var size) && TryTake(ref rows, BinaryPrimitives.ReadInt32BigEndian(size), out value);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rows, int size, out ReadOnlySpan<byte> taken)
    {
        if (size < 0 || size > rows.Length)
        {
            taken = default;
            return false;
        }

        taken = rows[..size];
        rows = rows[size..];
        return true;
    }
}
