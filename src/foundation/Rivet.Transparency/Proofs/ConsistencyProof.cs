using System.Numerics;

namespace Rivet.Transparency;

/// <summary>Shows that a tree begins with all of an earlier one, unchanged and in order (RFC 6962 §2.1.2).</summary>
public static class ConsistencyProof
{
    /// <summary>
    /// Whether the tree of <paramref name="size"/> leaves extends the one of <paramref name="before"/> leaves (RFC 9162 §2.1.4.2). Of an empty
    /// tree nothing can be shown: false. Hostile input gives false.
    /// </summary>
    public static bool Verify(long before, long size, ReadOnlySpan<byte> rootBefore, ReadOnlySpan<byte> root, IReadOnlyList<byte[]> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (before <= 0 || before > size || proof.Count > 65)
        {
            return false;
        }

        if (before == size)
        {
            return proof.Count == 0 && rootBefore.SequenceEqual(root);
        }

        // A whole earlier tree is itself the first of the hashes.
        var isWhole = BitOperations.IsPow2(before);
        if ((proof.Count == 0 && !isWhole) || (isWhole && rootBefore.Length != TreeHash.Size))
        {
            return false;
        }

        var (node, last) = (before - 1, size - 1);
        for (; (node & 1) == 1; node >>= 1)
        {
            last >>= 1;
        }

        Span<byte> old = stackalloc byte[TreeHash.Size];
        Span<byte> now = stackalloc byte[TreeHash.Size];
        var first = isWhole ? rootBefore : proof[0];
        if (first.Length != TreeHash.Size)
        {
            return false;
        }

        first.CopyTo(old);
        first.CopyTo(now);
        for (var at = isWhole ? 0 : 1; at < proof.Count; at++)
        {
            var beside = proof[at];
            if (last == 0 || beside.Length != TreeHash.Size)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                TreeHash.Node(beside, old, old);
                TreeHash.Node(beside, now, now);
                for (; (node & 1) == 0 && node != 0; node >>= 1)
                {
                    last >>= 1;
                }
            }
            else
            {
                TreeHash.Node(now, beside, now);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && rootBefore.SequenceEqual(old) && root.SequenceEqual(now);
    }
}
