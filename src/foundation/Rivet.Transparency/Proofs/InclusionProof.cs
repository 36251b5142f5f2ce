namespace Rivet.Transparency;

/// <summary>Shows that a leaf is in a tree (RFC 6962 §2.1.1): the hashes beside the way from the leaf up to the root.</summary>
public static class InclusionProof
{
    /// <summary>
    /// Whether the leaf with this hash stands at <paramref name="index"/> in the tree of <paramref name="size"/> leaves with this root
    /// (RFC 9162 §2.1.3.2). Hostile input gives false.
    /// </summary>
    public static bool Verify(long index, long size, ReadOnlySpan<byte> leaf, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (index < 0 || index >= size || leaf.Length != TreeHash.Size || proof.Count > 64)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[TreeHash.Size];
        leaf.CopyTo(hash);
        var (node, last) = (index, size - 1);
        foreach (var beside in proof)
        {
            if (last == 0 || beside.Length != TreeHash.Size)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                TreeHash.Node(beside, hash, hash);
                for (; (node & 1) == 0 && node != 0; node >>= 1)
                {
                    last >>= 1;
                }
            }
            else
            {
                TreeHash.Node(hash, beside, hash);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && root.SequenceEqual(hash);
    }
}
