using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>A tree that notes its root at each size that somebody signed.</summary>
internal sealed class GrowingTree
{
    private readonly long[] sizes;
    private readonly byte[]?[] roots;
    private readonly CompactTree tree;
    private int next;

    /// <summary>An empty one.</summary>
    /// <param name="sizes">Ascending, each once.</param>
    public GrowingTree(long[] sizes)
        : this(sizes, new byte[]?[sizes.Length], new CompactTree(), 0) => NoteRoot();

    private GrowingTree(long[] sizes, byte[]?[] roots, CompactTree tree, int next)
        => (this.sizes, this.roots, this.tree, this.next) = (sizes, roots, tree, next);

    public long Count => tree.Count;

    /// <summary>The root at a size that was asked for; null when the tree did not come to it.</summary>
    public byte[]? RootAt(long size) => Array.BinarySearch(sizes, size) is >= 0 and var at ? roots[at] : null;

    public void Append(ReadOnlySpan<byte> leaf, Action<int, long, ReadOnlySpan<byte>>? completed = null)
    {
        tree.Append(leaf, completed);
        NoteRoot();
    }

    /// <summary>The same tree once more, to grow another way.</summary>
    public GrowingTree Fork() => new(sizes, [.. roots], CompactTree.Load(tree.Save())!, next);

    private void NoteRoot()
    {
        if (next < sizes.Length && sizes[next] == tree.Count)
        {
            roots[next++] = tree.Root();
        }
    }
}
