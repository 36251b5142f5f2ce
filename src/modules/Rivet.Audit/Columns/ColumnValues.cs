using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Rivet.Kernel;

namespace Rivet.Audit.Columns;

/// <summary>The values that a block's columns point at; the first of each list stands for none. Deterministic CBOR.</summary>
/// <param name="People">Numbers out of <see cref="PeopleNumbers"/>.</param>
/// <param name="TargetKinds">Kinds of targets.</param>
/// <param name="Marks">Marks of identifiers: <see cref="MarkOf"/>.</param>
internal sealed record ColumnValues(uint[] People, string[] TargetKinds, ulong[] Marks)
{
    public byte[] ToBytes()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(2 + TargetKinds.Length);
        writer.WriteByteString(MemoryMarshal.AsBytes(People.AsSpan()));
        writer.WriteByteString(MemoryMarshal.AsBytes(Marks.AsSpan()));
        foreach (var kind in TargetKinds)
        {
            writer.WriteTextString(kind);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <exception cref="InvalidDataException">Those are no values.</exception>
    public static ColumnValues Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            var kinds = new string[(reader.ReadStartArray() ?? 2) - 2];
            var people = MemoryMarshal.Cast<byte, uint>(reader.ReadByteString()).ToArray();
            var marks = MemoryMarshal.Cast<byte, ulong>(reader.ReadByteString()).ToArray();
            for (var at = 0; at < kinds.Length; at++)
            {
                kinds[at] = reader.ReadTextString();
            }

            return new ColumnValues(people, kinds, marks);
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException("A block of the log's columns has no values.", exception);
        }
    }

    /// <summary>Stands for an identifier in what it is: 64 bits of a hash, so that another with the same is not to be expected in a log.</summary>
    public static ulong MarkOf(ColumnPart role, CompanyId company, Guid id)
    {
        Span<byte> named = stackalloc byte[1 + (2 * EntityId.Size)];
        named[0] = (byte)role;
        company.WriteTo(named[1..]);
        id.TryWriteBytes(named[(1 + EntityId.Size)..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(named, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash) | 1;
    }
}
