using System.Buffers.Binary;

namespace Rivet.Web.Messages;

/// <summary>
/// Whether bytes are a picture that may be shown: one of four formats by what the bytes say, not by its name, and of a
/// size that does not fill the memory. SVG is a program and never shown.
/// </summary>
internal static class Picture
{
    /// <summary>The most pixels that are unpacked; 40 million are 160 MB.</summary>
    private const long MostPixels = 40_000_000;

    /// <summary>The media type of a picture that may be shown; null for everything else.</summary>
    public static string? MediaTypeOf(ReadOnlySpan<byte> bytes)
    {
        var (type, width, height) = Look(bytes);
        return type is not null && width > 0 && height > 0 && (long)width * height <= MostPixels ? type : null;
    }

    private static (string? Type, int Width, int Height) Look(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 24 && bytes.StartsWith(PngHead) && bytes[12..16].SequenceEqual("IHDR"u8))
        {
            return ("image/png", BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]));
        }

        if (bytes.Length >= 10 && (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8)))
        {
            return ("image/gif", BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]));
        }

        if (bytes.Length >= 30 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8))
        {
            return WebP(bytes);
        }

        return bytes.Length >= 4 && bytes[0] == 0xFF && bytes[1] == 0xD8 ? Jpeg(bytes) : default;
    }

    private static ReadOnlySpan<byte> PngHead => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static (string?, int, int) WebP(ReadOnlySpan<byte> bytes)
    {
        var kind = bytes[12..16];
        if (kind.SequenceEqual("VP8X"u8))
        {
            return ("image/webp", 1 + (bytes[24] | bytes[25] << 8 | bytes[26] << 16), 1 + (bytes[27] | bytes[28] << 8 | bytes[29] << 16));
        }

        if (kind.SequenceEqual("VP8 "u8))
        {
            return ("image/webp", BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]) & 0x3FFF);
        }

        if (kind.SequenceEqual("VP8L"u8))
        {
            var sizes = BinaryPrimitives.ReadUInt32LittleEndian(bytes[21..]);
            return ("image/webp", 1 + (int)(sizes & 0x3FFF), 1 + (int)(sizes >> 14 & 0x3FFF));
        }

        return default;
    }

    /// <summary>Walks the segments to the first frame header (ITU T.81 §B.2.2).</summary>
    private static (string?, int, int) Jpeg(ReadOnlySpan<byte> bytes)
    {
        for (var at = 2; at + 9 < bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return ("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
            }

            at += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }

        return default;
    }
}
