using System.Buffers.Binary;

namespace Rivet.Client.Slack;

/// <summary>
/// A look at the end of a ZIP archive (APPNOTE.TXT §4.3.14–16) before the library builds an object for each entry it
/// claims: how many there are and how many bytes describe them.
/// </summary>
internal readonly record struct CentralDirectory(ulong Entries, ulong Bytes)
{
    private const uint EndSignature = 0x06054b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const int EndSize = 22;
    private const int LocatorSize = 20;
    private const int Zip64EndSize = 56;

    public static bool TryRead(Stream archive, out CentralDirectory directory)
    {
        directory = default;
        var length = archive.Length;
        var tail = new byte[(int)Math.Min(length, EndSize + ushort.MaxValue + LocatorSize)];
        archive.Position = length - tail.Length;
        archive.ReadExactly(tail);

        for (var at = tail.Length - EndSize; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndSignature)
            {
                continue;
            }

            ulong entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
            ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            if ((entries == ushort.MaxValue || offset == uint.MaxValue)
                && !TryReadZip64(archive, tail.AsSpan(0, at), ref entries, ref offset))
            {
                return false;
            }

            directory = new CentralDirectory(entries, offset < (ulong)length ? (ulong)length - offset : 0);
            return directory.Bytes > 0;
        }

        return false;
    }

    private static bool TryReadZip64(Stream archive, ReadOnlySpan<byte> before, ref ulong entries, ref ulong offset)
    {
        if (before.Length < LocatorSize
            || BinaryPrimitives.ReadUInt32LittleEndian(before[^LocatorSize..]) != Zip64LocatorSignature)
        {
            return false;
        }

        var at = BinaryPrimitives.ReadUInt64LittleEndian(before[^(LocatorSize - 8)..]);
        if (at > (ulong)archive.Length || (ulong)archive.Length - at < Zip64EndSize)
        {
            return false;
        }

        Span<byte> end = stackalloc byte[Zip64EndSize];
        archive.Position = (long)at;
        archive.ReadExactly(end);
        entries = BinaryPrimitives.ReadUInt64LittleEndian(end[32..]);
        offset = BinaryPrimitives.ReadUInt64LittleEndian(end[48..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(end) == Zip64EndSignature;
    }
}
