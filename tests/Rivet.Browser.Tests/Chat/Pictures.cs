using System.Buffers.Binary;
using System.IO.Compression;

namespace Rivet.Browser.Tests;

/// <summary>Pictures made for tests.</summary>
internal static class Pictures
{
    /// <summary>A red PNG (W3C PNG §5); of a large one only the head says so, its pixels are missing.</summary>
    public static byte[] Png(int width, int height)
    {
        using var pixels = new MemoryStream();
        using (var deflating = new ZLibStream(pixels, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] row = [0, .. Enumerable.Repeat<byte[]>([0xB4, 0x53, 0x1F], Math.Min(width, 64)).SelectMany(pixel => pixel)];
            for (var y = 0; y < Math.Min(height, 64); y++)
            {
                deflating.Write(row);
            }
        }

        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (8, 2);
        return [0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR"u8, head), .. Chunk("IDAT"u8, pixels.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
