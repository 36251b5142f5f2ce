namespace Rivet.Transparency;

/// <summary>Gives a tile's hashes one after another; shorter than asked, or empty, when it does not have them.</summary>
/// <param name="path">Which tile.</param>
public delegate ReadOnlyMemory<byte> ReadTile(TilePath path);

/// <summary>Reads the complete subtrees of a tree of one size out of its tiles, for a <see cref="ProofMaker"/>.</summary>
/// <param name="size">Of the tree, in leaves: it decides which tiles are partial.</param>
/// <param name="read">Reads a tile; called again for each hash, so whoever reads from afar remembers.</param>
public sealed class TileReader(long size, ReadTile read)
{
    /// <summary>A <see cref="ReadSubtree"/>.</summary>
    /// <exception cref="InvalidDataException">A tile does not have what the tree's size wants of it.</exception>
    public void Read(int level, long index, Span<byte> hash)
    {
        // A tile holds its lowest level only: what lies between is hashed from there.
        var (tileLevel, above) = (level / TilePath.Height, level % TilePath.Height);
        var first = index << above;
        var tile = first >> TilePath.Height;
        var width = (int)Math.Min(TilePath.FullWidth, (size >> (tileLevel * TilePath.Height)) - (tile << TilePath.Height));
        var path = new TilePath(tileLevel, tile, width);
        var hashes = read(path);
        if (hashes.Length != width * TreeHash.Size)
        {
            throw new InvalidDataException($"{path} holds {hashes.Length} bytes, not {width * TreeHash.Size}.");
        }

        var at = (int)(first & (TilePath.FullWidth - 1));
        var tree = new CompactTree();
        for (var leaf = at; leaf < at + (1 << above); leaf++)
        {
            tree.Append(hashes.Span.Slice(leaf * TreeHash.Size, TreeHash.Size));
        }

        tree.Root().CopyTo(hash);
    }
}
