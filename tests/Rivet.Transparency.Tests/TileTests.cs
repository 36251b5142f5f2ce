using System.Buffers;

namespace Rivet.Transparency.Tests;

public sealed class TileTests
{
    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(2, 999, 1, "tile/2/999.p/1")]
    [InlineData(TilePath.Entries, 1000, 255, "tile/entries/x001/000.p/255")]
    [InlineData(63, 0, 12, "tile/63/000.p/12")]
    public void ToString_Tile_IsItsPathAndBack(int level, long index, int width, string text)
    {
        var path = new TilePath(level, index, width);
        Assert.Equal(text, path.ToString());
        Assert.True(TilePath.TryParse(text, out var read));
        Assert.Equal(path, read);
    }

    [Theory]
    [InlineData("tile/0/0")]
    [InlineData("tile/00/000")]
    [InlineData("tile/64/000")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/x001")]
    [InlineData("tile/0/000.p/0")]
    [InlineData("tile/0/000.p/256")]
    [InlineData("tile/0/000.p/01")]
    [InlineData("tile/0/000.p")]
    [InlineData("tile/0/../000")]
    [InlineData("tile/0/-01")]
    [InlineData("tile/0/000/")]
    [InlineData("/tile/0/000")]
    [InlineData("tile/entries")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_NotExactlyAPath_Refuses(string? text) => Assert.False(TilePath.TryParse(text, out _));

    /// <summary>The example of the specification.</summary>
    [Fact]
    public void Of_SeventyThousandLeaves_AreTheTilesOfTheSpecification()
    {
        Assert.Equal(274, TilePath.Of(0, 70_000).Count());
        Assert.Equal(new TilePath(0, 273, 112), TilePath.Of(0, 70_000).Last());
        Assert.Equal([new TilePath(1, 0, 256), new TilePath(1, 1, 17)], TilePath.Of(1, 70_000));
        Assert.Equal([new TilePath(2, 0, 1)], TilePath.Of(2, 70_000));
        Assert.Empty(TilePath.Of(3, 70_000));
        Assert.Empty(TilePath.Of(63, long.MaxValue));
        Assert.Equal([new TilePath(1, 0, 1)], TilePath.Of(1, 256));
    }

    [Fact]
    public void Read_TilesAlone_GiveEveryProof()
    {
        const int size = 66_000;
        var tiles = new Dictionary<(int, long), List<byte[]>>();
        var tree = new CompactTree();
        var hash = new byte[TreeHash.Size];
        byte[]? rootBefore = null;
        for (var leaf = 0; leaf < size; leaf++)
        {
            TreeHash.Leaf(PlainTree.Entry(leaf), hash);
            tree.Append(hash, (level, index, complete) =>
            {
                if (level % TilePath.Height == 0)
                {
                    (tiles.TryGetValue((level / TilePath.Height, index >> 8), out var tile) ? tile : tiles[(level / TilePath.Height, index >> 8)] = []).Add(complete.ToArray());
                }
            });
            rootBefore = tree.Count == 65_600 ? tree.Root() : rootBefore;
        }

        var maker = new ProofMaker(new TileReader(size, path => tiles[(path.Level, path.Index)].Take(path.Width).SelectMany(part => part).ToArray()).Read);
        Assert.Equal(tree.Root(), maker.Root(size));
        foreach (var leaf in new[] { 0, 1, 255, 256, 65_535, 65_536, size - 1 })
        {
            TreeHash.Leaf(PlainTree.Entry(leaf), hash);
            Assert.True(InclusionProof.Verify(leaf, size, hash, maker.Inclusion(leaf, size), tree.Root()));
        }

        Assert.True(ConsistencyProof.Verify(65_600, size, rootBefore, tree.Root(), maker.Consistency(65_600, size)));
    }

    [Fact]
    public void Read_TileCutOff_SaysWhich()
    {
        var maker = new ProofMaker(new TileReader(5, _ => new byte[4 * TreeHash.Size]).Read);
        Assert.Contains("tile/0/000.p/5", Assert.Throws<InvalidDataException>(() => maker.Root(5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bundle_Entries_ComeBack()
    {
        var bundle = new ArrayBufferWriter<byte>();
        EntryBundle.Write(bundle, []);
        EntryBundle.Write(bundle, new byte[EntryBundle.LongestEntry]);
        Assert.Throws<ArgumentOutOfRangeException>(() => EntryBundle.Write(bundle, new byte[EntryBundle.LongestEntry + 1]));
        Assert.Equal([0, EntryBundle.LongestEntry], EntryBundle.Read(bundle.WrittenMemory)!.Select(entry => entry.Length));
        Assert.Null(EntryBundle.Read(bundle.WrittenMemory[..^1]));
        Assert.Null(EntryBundle.Read(new byte[1]));
        Assert.Null(EntryBundle.Read(new byte[257 * 2]));
    }
}
