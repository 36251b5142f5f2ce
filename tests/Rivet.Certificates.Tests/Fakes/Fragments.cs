using System.Buffers.Binary;

namespace Rivet.Certificates.Tests.Fakes;

/// <summary>Cuts the first TLS record of a connection into several, as RFC 8446 §5.1 allows.</summary>
internal static class Fragments
{
    private const int Head = 5;

    public static byte[] Cut(byte[] record, int records)
    {
        var content = record.AsSpan(Head);
        using var cut = new MemoryStream();
        for (var index = 0; index < records; index++)
        {
            var part = content[(content.Length * index / records)..(content.Length * (index + 1) / records)];
            Span<byte> head = [record[0], record[1], record[2], 0, 0];
            BinaryPrimitives.WriteUInt16BigEndian(head[3..], (ushort)part.Length);
            cut.Write(head);
            cut.Write(part);
        }

        return cut.ToArray();
    }
}
