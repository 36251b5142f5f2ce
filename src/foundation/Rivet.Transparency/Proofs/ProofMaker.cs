using System.Numerics;

namespace Rivet.Transparency;

/// <summary>Gives the root of a complete subtree of 2^<paramref name="level"/> leaves, the <paramref name="index"/>th of its level: 32 bytes.</summary>
/// <param name="level">0 for leaves.</param>
/// <param name="index">Counted from the left, from 0.</param>
/// <param name="hash">Where it goes.</param>
public delegate void ReadSubtree(int level, long index, Span<byte> hash);

/// <summary>Makes proofs and roots of a tree whose complete subtrees can be read.</summary>
/// <param name="read">Reads them; asked only for subtrees within the size that a proof is made for.</param>
public sealed class ProofMaker(ReadSubtree read)
{
    /// <summary>The root of the first <paramref name="size"/> leaves.</summary>
    public byte[] Root(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? TreeHash.Empty.ToArray() : Hash(0, size);
    }

    /// <summary>The proof that the leaf at <paramref name="index"/> is in the tree of the first <paramref name="size"/> leaves (RFC 6962 §2.1.1).</summary>
    public IReadOnlyList<byte[]> Inclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<byte[]>();
        var (from, to) = (0L, size);
        while (to - from > 1)
        {
            var middle = from + Left(to - from);
            if (index < middle)
            {
                proof.Add(Hash(middle, to));
                to = middle;
            }
            else
            {
                proof.Add(Hash(from, middle));
                from = middle;
            }
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>
    /// The proof that the first <paramref name="size"/> leaves begin with the first <paramref name="before"/> (RFC 6962 §2.1.2); empty when
    /// they are as many, or when there were none before.
    /// </summary>
    public IReadOnlyList<byte[]> Consistency(long before, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(before);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(before, size);
        var proof = new List<byte[]>();
        if (before == 0)
        {
            return proof;
        }

        var (from, to) = (0L, size);
        while (before != to)
        {
            var middle = from + Left(to - from);
            if (before <= middle)
            {
                proof.Add(Hash(middle, to));
                to = middle;
            }
            else
            {
                proof.Add(Hash(from, middle));
                from = middle;
            }
        }

        // The earlier root itself is known to whoever asks.
        if (from != 0)
        {
            proof.Add(Hash(from, to));
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>The root over the leaves [from, to), where a subtree begins at from.</summary>
    private byte[] Hash(long from, long to)
    {
        var hash = new byte[TreeHash.Size];
        if (BitOperations.IsPow2(to - from))
        {
            var level = BitOperations.Log2((ulong)(to - from));
            read(level, from >> level, hash);
            return hash;
        }

        var middle = from + Left(to - from);
        TreeHash.Node(Hash(from, middle), Hash(middle, to), hash);
        return hash;
    }

    /// <summary>The leaves left of the top node: the largest power of two below their number.</summary>
    private static long Left(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
