using System.Buffers.Binary;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>A leaf's hash, to compare and to look up.</summary>
internal readonly record struct LeafHash(UInt128 High, UInt128 Low)
{
    public static IEnumerable<LeafHash> In(ReadOnlyMemory<byte> hashes)
    {
        for (var at = 0; at < hashes.Length; at += TreeHash.Size)
        {
            yield return new LeafHash(
                BinaryPrimitives.ReadUInt128BigEndian(hashes.Span[at..]), BinaryPrimitives.ReadUInt128BigEndian(hashes.Span[(at + 16)..]));
        }
    }
}
