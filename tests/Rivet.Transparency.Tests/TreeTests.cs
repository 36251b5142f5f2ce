using CsCheck;

namespace Rivet.Transparency.Tests;

public sealed class TreeTests
{
    private const int Largest = 130;
    private static readonly PlainTree Plain = PlainTree.Of(Largest);

    [Fact]
    public void Root_EverySize_IsThatOfTheDefinition()
    {
        var tree = new CompactTree();
        Assert.Equal(Plain.Root(0, 0), tree.Root());
        for (var size = 1; size <= Largest; size++)
        {
            tree.Append(LeafOf(size - 1));
            Assert.Equal(Plain.Root(0, size), tree.Root());
        }
    }

    [Fact]
    public void Save_EverySize_GoesOnWhereItStopped()
    {
        var tree = new CompactTree();
        for (var size = 0; size < Largest; size++)
        {
            tree = CompactTree.Load(tree.Save())!;
            tree.Append(LeafOf(size));
        }

        Assert.Equal(Plain.Root(0, Largest), tree.Root());
    }

    [Fact]
    public void Load_CutOffOrLonger_IsNoTree()
    {
        var tree = new CompactTree();
        tree.Append(LeafOf(0));
        var saved = tree.Save();
        Assert.Null(CompactTree.Load(saved.AsSpan(0, saved.Length - 1)));
        Assert.Null(CompactTree.Load([.. saved, 0]));
        Assert.Null(CompactTree.Load([]));
        Assert.Null(CompactTree.Load([0xff, .. new byte[7]]));
    }

    [Fact]
    public void Inclusion_EveryLeafOfEverySize_IsThatOfTheDefinitionAndVerifies()
    {
        for (var size = 1; size <= Largest; size++)
        {
            var maker = MakerOf(size);
            var root = maker.Root(size);
            for (var leaf = 0; leaf < size; leaf++)
            {
                var proof = maker.Inclusion(leaf, size);
                Assert.Equal(Plain.Path(leaf, 0, size), proof);
                Assert.True(InclusionProof.Verify(leaf, size, LeafOf(leaf), proof, root));
                Assert.False(InclusionProof.Verify(leaf, size, LeafOf(leaf + 1), proof, root));
            }
        }
    }

    [Fact]
    public void Consistency_EveryPairOfSizes_IsThatOfTheDefinitionAndVerifies()
    {
        for (var size = 1; size <= Largest; size++)
        {
            var maker = MakerOf(size);
            var root = maker.Root(size);
            for (var before = 1; before <= size; before++)
            {
                var proof = maker.Consistency(before, size);
                Assert.Equal(Plain.Proof(before, size), proof);
                Assert.True(ConsistencyProof.Verify(before, size, Plain.Root(0, before), root, proof));
                Assert.False(ConsistencyProof.Verify(before, size, Plain.Root(0, before - 1), root, proof));
            }
        }
    }

    [Fact]
    public void Consistency_FromNothing_ShowsNothing()
    {
        var maker = MakerOf(5);
        Assert.Empty(maker.Consistency(0, 5));
        Assert.False(ConsistencyProof.Verify(0, 5, TreeHash.Empty, maker.Root(5), []));
    }

    [Fact]
    public void Verify_AnyBitFlipped_Refuses()
        => Gen.Select(Gen.Int[2, Largest], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]).Sample((size, one, two) =>
        {
            var maker = MakerOf(size);
            var leaf = one % size;
            var proof = maker.Inclusion(leaf, size).Select(hash => hash.ToArray()).ToList();
            var root = maker.Root(size);
            proof[two % proof.Count][two / 7 % 32] ^= (byte)(1 << (two % 8));
            Assert.False(InclusionProof.Verify(leaf, size, LeafOf(leaf), proof, root));

            var before = 1 + (one % (size - 1));
            var extension = maker.Consistency(before, size).Select(hash => hash.ToArray()).ToList();
            extension[two % extension.Count][two / 7 % 32] ^= (byte)(1 << (two % 8));
            Assert.False(ConsistencyProof.Verify(before, size, Plain.Root(0, before), root, extension));
        });

    [Fact]
    public void Leaf_LongEntry_IsHashedLikeAShortOne()
    {
        var entry = new byte[70_000];
        Random.Shared.NextBytes(entry);
        var hash = new byte[TreeHash.Size];
        TreeHash.Leaf(entry, hash);
        Assert.Equal(new PlainTree([entry]).Root(0, 1), hash);
    }

    /// <summary>Over the subtrees that a growing tree said to be complete.</summary>
    private static ProofMaker MakerOf(int size)
    {
        var complete = new Dictionary<(int, long), byte[]>();
        var tree = new CompactTree();
        for (var leaf = 0; leaf < size; leaf++)
        {
            tree.Append(LeafOf(leaf), (level, index, hash) => complete[(level, index)] = hash.ToArray());
        }

        return new ProofMaker((level, index, hash) => complete[(level, index)].CopyTo(hash));
    }

    private static byte[] LeafOf(int number)
    {
        var hash = new byte[TreeHash.Size];
        TreeHash.Leaf(PlainTree.Entry(number), hash);
        return hash;
    }
}
