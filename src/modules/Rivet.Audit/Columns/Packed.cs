using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Rivet.Audit.Columns;

/// <summary>Places in a list, one a row, in as few whole bytes as the list's length takes: 1, 2 or 4, little-endian.</summary>
internal readonly ref struct Packed
{
    private readonly ReadOnlySpan<byte> bytes;
    private readonly int width;

    /// <summary>Reads places in a list of <paramref name="values"/> values.</summary>
    /// <exception cref="InvalidDataException">There are not <paramref name="rows"/> of them, or one is outside the list.</exception>
    public Packed(ReadOnlySpan<byte> bytes, int rows, int values)
    {
        this.bytes = bytes;
        width = WidthOf(values);
        if (bytes.Length != rows * width)
        {
            throw new InvalidDataException("A column of the log has not as many rows as its block.");
        }
    }

    /// <summary>The place in a row.</summary>
    public int this[int row] => width switch
    {
        1 => bytes[row],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * row)..]),
        _ => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * row)..]),
    };

    public static byte[] Of(ReadOnlySpan<int> places, int values)
    {
        var width = WidthOf(values);
        var packed = new byte[places.Length * width];
        for (var row = 0; row < places.Length; row++)
        {
            switch (width)
            {
                case 1: packed[row] = (byte)places[row]; break;
                case 2: BinaryPrimitives.WriteUInt16LittleEndian(packed.AsSpan(2 * row), (ushort)places[row]); break;
                default: BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(4 * row), places[row]); break;
            }
        }

        return packed;
    }

    /// <summary>Marks the rows whose value is marked; rows that are marked already stay so.</summary>
    public void Mark(ReadOnlySpan<bool> values, Span<bool> rows)
    {
        switch (width)
        {
            case 1:
                for (var row = 0; row < rows.Length; row++)
                {
                    rows[row] |= values[bytes[row]];
                }

                break;
            case 2 when BitConverter.IsLittleEndian:
                var places = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var row = 0; row < rows.Length; row++)
                {
                    rows[row] |= values[places[row]];
                }

                break;
            default:
                for (var row = 0; row < rows.Length; row++)
                {
                    rows[row] |= values[this[row]];
                }

                break;
        }
    }

    private static int WidthOf(int values) => values <= 1 << 8 ? 1 : values <= 1 << 16 ? 2 : 4;
}
