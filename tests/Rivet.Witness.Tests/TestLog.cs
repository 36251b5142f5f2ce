using System.Globalization;
using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Witness.Tests;

/// <summary>A log that signs whatever it is told to: an honest one, or one that shows two histories.</summary>
internal sealed class TestLog(string origin) : IDisposable
{
    private readonly Ed25519Key key = Ed25519Key.Create();
    private readonly List<byte[]> leaves = [];

    public NoteKey PublicKey => NoteKey.Of(origin, NoteKeyKind.Ed25519, key.PublicKey);

    public long Count => leaves.Count;

    public TestLog Grow(int count, string history = "one")
    {
        for (var number = 0; number < count; number++)
        {
            var hash = new byte[TreeHash.Size];
            TreeHash.Leaf(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{history} {leaves.Count}")), hash);
            leaves.Add(hash);
        }

        return this;
    }

    /// <summary>Takes back what came after, as an owner of the store could.</summary>
    public TestLog Forget(int count)
    {
        leaves.RemoveRange(leaves.Count - count, count);
        return this;
    }

    public async Task<SignedNote> CheckpointAsync()
        => (await new Checkpoint { Origin = origin, Size = leaves.Count, Root = Maker().Root(leaves.Count) }.SignAsync(key, CancellationToken.None))!;

    public async Task<string> RequestAsync(long old) => Request(old, old <= leaves.Count ? Maker().Consistency(old, leaves.Count) : [], await CheckpointAsync());

    public static string Request(long old, IEnumerable<byte[]> proof, SignedNote note)
        => string.Create(CultureInfo.InvariantCulture, $"old {old}\n{string.Concat(proof.Select(hash => Convert.ToBase64String(hash) + "\n"))}\n{note}");

    public void Dispose() => key.Dispose();

    private ProofMaker Maker() => new((level, index, hash) =>
    {
        var tree = new CompactTree();
        for (var leaf = index << level; leaf < (index + 1) << level; leaf++)
        {
            tree.Append(leaves[(int)leaf]);
        }

        tree.Root().CopyTo(hash);
    });
}
