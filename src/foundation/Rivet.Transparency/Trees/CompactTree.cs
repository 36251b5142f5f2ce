using System.Buffers.Binary;
using System.Numerics;

namespace Rivet.Transparency;

/// <summary>
/// The right edge of a growing tree: the roots of its complete subtrees, at most one a level. It is all that appending needs, 32 bytes for
/// each bit set in the size. Not for several threads.
/// </summary>
public sealed class CompactTree
{
    private readonly byte[] roots = new byte[64 * TreeHash.Size];

    /// <summary>How many leaves the tree has.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a leaf by its hash, 32 bytes. <paramref name="completed"/> hears of each subtree that became complete, the leaf first.</summary>
    public void Append(ReadOnlySpan<byte> leaf, Action<int, long, ReadOnlySpan<byte>>? completed = null)
    {
        Span<byte> hash = stackalloc byte[TreeHash.Size];
        leaf.CopyTo(hash);
        completed?.Invoke(0, Count, hash);
        var level = 0;
        for (var index = Count; (index & 1) == 1; index >>= 1)
        {
            TreeHash.Node(At(level), hash, hash);
            level++;
            completed?.Invoke(level, index >> 1, hash);
        }

        hash.CopyTo(At(level));
        Count++;
    }

    /// <summary>The root, 32 bytes.</summary>
    public byte[] Root()
    {
        var root = TreeHash.Empty.ToArray();
        var isFirst = true;
        for (var left = (ulong)Count; left != 0; left &= left - 1)
        {
            var subtree = At(BitOperations.TrailingZeroCount(left));
            if (isFirst)
            {
                subtree.CopyTo(root);
                isFirst = false;
                continue;
            }

            TreeHash.Node(subtree, root, root);
        }

        return root;
    }

    /// <summary>The tree as bytes: its size (8, big-endian), then a hash for each bit set in it, the largest subtree first.</summary>
    public byte[] Save()
    {
        var saved = new byte[sizeof(long) + (BitOperations.PopCount((ulong)Count) * TreeHash.Size)];
        BinaryPrimitives.WriteInt64BigEndian(saved, Count);
        var at = saved.Length;
        for (var left = (ulong)Count; left != 0; left &= left - 1)
        {
            at -= TreeHash.Size;
            At(BitOperations.TrailingZeroCount(left)).CopyTo(saved.AsSpan(at));
        }

        return saved;
    }

    /// <summary>Reads what <see cref="Save"/> gave; null when these bytes are no tree.</summary>
    public static CompactTree? Load(ReadOnlySpan<byte> saved)
    {
        if (saved.Length < sizeof(long) || BinaryPrimitives.ReadInt64BigEndian(saved) is not (>= 0 and var count)
            || saved.Length != sizeof(long) + (BitOperations.PopCount((ulong)count) * TreeHash.Size))
        {
            return null;
        }

        var tree = new CompactTree { Count = count };
        var at = saved.Length;
        for (var left = (ulong)count; left != 0; left &= left - 1)
        {
            at -= TreeHash.Size;
            saved.Slice(at, TreeHash.Size).CopyTo(tree.At(BitOperations.TrailingZeroCount(left)));
        }

        return tree;
    }

    private Span<byte> At(int level) => roots.AsSpan(level * TreeHash.Size, TreeHash.Size);
}
