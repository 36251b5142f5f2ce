using System.Buffers;
using System.Globalization;
using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

/// <summary>A log in memory, with its key and a witness: an owner's, who can do to it whatever they like and write it as a mirror.</summary>
internal sealed class TestLog : IDisposable
{
    public const string Origin = "rivet/0123456789abcdef/platform";
    public static readonly DateTimeOffset Begin = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Seed = [.. Enumerable.Repeat((byte)7, Ed25519Key.SeedSize)];
    private readonly Ed25519Key key = Ed25519Key.FromSeed(Seed);
    private readonly Ed25519Key witness = Ed25519Key.FromSeed([.. Enumerable.Repeat((byte)9, Ed25519Key.SeedSize)]);

    /// <summary>The entries as bytes, to be changed at will.</summary>
    public List<byte[]> Entries { get; } = [];

    /// <summary>Kept checkpoints by their sizes.</summary>
    public SortedDictionary<long, SignedNote> History { get; } = [];

    public NoteKey Key => NoteKey.Of(Origin, NoteKeyKind.Ed25519, key.PublicKey);

    public NoteKey Witness => NoteKey.Of("witness.example/rivet", NoteKeyKind.Cosignature, witness.PublicKey);

    /// <summary>The log's own key again, for what its owner says with it.</summary>
    public static Ed25519Key OwnKey() => Ed25519Key.FromSeed(Seed);

    /// <summary>An entry; a second after another is how the log grows.</summary>
    public static byte[] Entry(int number, DateTimeOffset? at = null, string kind = "identity.device.enrolled") => new LogEntry
    {
        Id = Id(number),
        AtMs = (at ?? Begin.AddSeconds(number)).ToUnixTimeMilliseconds(),
        Kind = kind,
        Version = 1,
        Class = 3001,
        Activity = 1,
        Severity = 1,
        Outcome = 1,
        ActorKind = 3,
        Sealed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"sealed {number}")),
    }.ToBytes();

    public TestLog Grow(int count)
    {
        for (; count > 0; count--)
        {
            Entries.Add(Entry(Entries.Count));
        }

        return this;
    }

    /// <summary>Signs the log as it is, as the last entry came, and has it cosigned a second later.</summary>
    public async Task<SignedNote> SignAsync(DateTimeOffset? seen = null, Ed25519Key? by = null)
    {
        var note = (await new Checkpoint { Origin = Origin, Size = Entries.Count, Root = Root() }.SignAsync(by ?? key, CancellationToken.None))!;
        var at = seen ?? Begin.AddSeconds(Entries.Count);
        return note with { Signatures = [.. note.Signatures, (await Cosignature.SignAsync(note.Text, Witness.Name, at, witness, CancellationToken.None))!] };
    }

    /// <summary>Keeps the checkpoint of now.</summary>
    public async Task<TestLog> KeepAsync(DateTimeOffset? seen = null)
    {
        History[Entries.Count] = await SignAsync(seen);
        return this;
    }

    /// <summary>Signs the log and writes all of it.</summary>
    public async Task<TestMirror> WriteAsync(string folder, DateTimeOffset? seen = null)
    {
        var mirror = new TestMirror(folder);
        mirror.Write("key", Encoding.UTF8.GetBytes(Key + "\n"));
        mirror.WriteNote("checkpoint", await SignAsync(seen));
        foreach (var (size, note) in History)
        {
            mirror.WriteNote(string.Create(CultureInfo.InvariantCulture, $"history/{size}"), note);
        }

        WriteBundles(mirror);
        WriteTiles(mirror);
        return mirror;
    }

    /// <summary>The entries only.</summary>
    public void WriteBundles(TestMirror mirror)
    {
        foreach (var path in TilePath.Of(TilePath.Entries, Entries.Count))
        {
            var bundle = new ArrayBufferWriter<byte>();
            for (var at = 0; at < path.Width; at++)
            {
                EntryBundle.Write(bundle, Entries[(int)(path.Index << TilePath.Height) + at]);
            }

            mirror.Write(path.ToString(), bundle.WrittenSpan);
        }
    }

    /// <summary>The hashes only, of some level and above.</summary>
    public void WriteTiles(TestMirror mirror, int lowest = 0)
    {
        var levels = Enumerable.Range(0, 4).Select(_ => new MemoryStream()).ToArray();
        var tree = new CompactTree();
        var leaf = new byte[TreeHash.Size];
        foreach (var entry in Entries)
        {
            TreeHash.Leaf(entry, leaf);
            tree.Append(leaf, (level, _, hash) =>
            {
                if (level % TilePath.Height == 0)
                {
                    levels[level / TilePath.Height].Write(hash);
                }
            });
        }

        for (var level = lowest; level < levels.Length; level++)
        {
            foreach (var path in TilePath.Of(level, Entries.Count))
            {
                mirror.Write(path.ToString(), levels[level].ToArray().AsSpan((int)(path.Index << TilePath.Height) * TreeHash.Size, path.Width * TreeHash.Size));
            }
        }
    }

    public void Dispose()
    {
        key.Dispose();
        witness.Dispose();
    }

    private byte[] Root()
    {
        var tree = new CompactTree();
        var leaf = new byte[TreeHash.Size];
        foreach (var entry in Entries)
        {
            TreeHash.Leaf(entry, leaf);
            tree.Append(leaf);
        }

        return tree.Root();
    }

    /// <summary>A UUID version 7, the same for the same number.</summary>
    private static Guid Id(int number)
    {
        var random = new Random(number);
        var bytes = new byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }
}
