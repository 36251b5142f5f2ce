using System.Buffers;
using System.Buffers.Binary;

namespace Rivet.Transparency;

/// <summary>Up to 256 entries one after another, each with its length in front (C2SP tlog-tiles, 2 bytes, big-endian).</summary>
public static class EntryBundle
{
    /// <summary>The longest entry, in bytes.</summary>
    public const int LongestEntry = ushort.MaxValue;

    /// <summary>Adds an entry.</summary>
    public static void Write(IBufferWriter<byte> bundle, ReadOnlySpan<byte> entry)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, LongestEntry);
        var to = bundle.GetSpan(sizeof(ushort) + entry.Length);
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)entry.Length);
        entry.CopyTo(to[sizeof(ushort)..]);
        bundle.Advance(sizeof(ushort) + entry.Length);
    }

    /// <summary>Reads all entries; null when the bytes are cut off or hold more than a full bundle.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? Read(ReadOnlyMemory<byte> bundle)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        while (!bundle.IsEmpty)
        {
            if (bundle.Length < sizeof(ushort) || entries.Count == TilePath.FullWidth)
            {
                return null;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle.Span);
            bundle = bundle[sizeof(ushort)..];
            if (bundle.Length < length)
            {
                return null;
            }

            entries.Add(bundle[..length]);
            bundle = bundle[length..];
        }

        return entries;
    }
}
