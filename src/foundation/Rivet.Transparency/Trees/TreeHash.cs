using System.Security.Cryptography;

namespace Rivet.Transparency;

/// <summary>
/// The hashes of a Merkle tree (RFC 6962 §2.1): SHA-256 with a byte in front that tells leaves from nodes, so that no entry can pass for a
/// part of the tree.
/// </summary>
public static class TreeHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const int OnStack = 1024;

    /// <summary>The root of a tree without leaves: the hash of nothing.</summary>
    public static ReadOnlySpan<byte> Empty =>
    [
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ];

    /// <summary>Hashes an entry to its leaf, 32 bytes.</summary>
    public static void Leaf(ReadOnlySpan<byte> entry, Span<byte> hash)
    {
        if (entry.Length < OnStack)
        {
            Span<byte> whole = stackalloc byte[entry.Length + 1];
            whole[0] = LeafPrefix;
            entry.CopyTo(whole[1..]);
            SHA256.HashData(whole, hash);
            return;
        }

        using var parts = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        parts.AppendData([LeafPrefix]);
        parts.AppendData(entry);
        parts.GetHashAndReset(hash);
    }

    /// <summary>Hashes two subtrees to the one above them; <paramref name="hash"/> may be one of them.</summary>
    public static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> whole = stackalloc byte[1 + (2 * Size)];
        whole[0] = NodePrefix;
        left.CopyTo(whole.Slice(1, Size));
        right.CopyTo(whole.Slice(1 + Size, Size));
        SHA256.HashData(whole, hash);
    }
}
