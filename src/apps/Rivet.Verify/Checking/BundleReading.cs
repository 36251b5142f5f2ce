using System.Buffers.Binary;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>What a bundle and its level-0 tile hold, read and hashed away from the order of the log.</summary>
internal sealed class BundleReading
{
    private const int IdSize = 16;
    private const int IdAt = 3;

    /// <summary>Which bundle, as wide as the log's size wants it.</summary>
    public required TilePath Path { get; init; }

    /// <summary>Why it has no content.</summary>
    public (FindingKind Kind, string File, string Word)? Problem { get; init; }

    /// <summary>The leaf hashes of the entries; more or fewer than the tile's where the bundle holds more or fewer.</summary>
    public byte[] Leaves { get; init; } = [];

    /// <summary>The hashes of the tile, exactly its width.</summary>
    public ReadOnlyMemory<byte> Tile { get; init; }

    /// <summary>When each entry happened, in Unix milliseconds; -1 for what is no entry.</summary>
    public long[] Times { get; init; } = [];

    /// <summary>Each entry's identifier.</summary>
    public UInt128[] Ids { get; init; } = [];

    public bool IsAsTile => Tile.Span.SequenceEqual(Leaves);

    public static BundleReading Read(MirrorFolder folder, TilePath path)
    {
        var tile = path with { Level = 0 };
        if (ReadWhole(folder, tile, MirrorFolder.LongestTile, out var hashes, out var foundTile) is { } noTile)
        {
            return new BundleReading { Path = path, Problem = noTile };
        }

        if (hashes.Length != foundTile.Width * TreeHash.Size)
        {
            return new BundleReading { Path = path, Problem = (FindingKind.Unreadable, foundTile.ToString(), "tile.length") };
        }

        if (ReadWhole(folder, path, MirrorFolder.LongestBundle, out var bundle, out var foundBundle) is { } noBundle)
        {
            return new BundleReading { Path = path, Problem = noBundle };
        }

        if (EntryBundle.Read(bundle) is not { } entries)
        {
            return new BundleReading { Path = path, Problem = (FindingKind.Unreadable, foundBundle.ToString(), "bundle.length") };
        }

        // A wider file holds what a later checkpoint needs; one of the very width must hold just that.
        var count = foundBundle.Width > path.Width ? Math.Min(path.Width, entries.Count) : entries.Count;
        return Parse(path, hashes.AsMemory(0, path.Width * TreeHash.Size), entries, count);
    }

    private static BundleReading Parse(TilePath path, ReadOnlyMemory<byte> tile, IReadOnlyList<ReadOnlyMemory<byte>> entries, int count)
    {
        var reading = new BundleReading
        {
            Path = path,
            Tile = tile,
            Leaves = new byte[count * TreeHash.Size],
            Times = new long[count],
            Ids = new UInt128[count],
        };
        for (var at = 0; at < count; at++)
        {
            var bytes = entries[at];
            TreeHash.Leaf(bytes.Span, reading.Leaves.AsSpan(at * TreeHash.Size, TreeHash.Size));
            if (LogEntry.TryRead(bytes, out var entry) && entry.Id is { Version: 7, Variant: >= 8 and <= 11 })
            {
                // An array of eleven, the format, the head of sixteen bytes: the identifier is always at the same place.
                reading.Ids[at] = BinaryPrimitives.ReadUInt128BigEndian(bytes.Span.Slice(IdAt, IdSize));
                reading.Times[at] = entry.AtMs;
            }
            else
            {
                reading.Times[at] = -1;
            }
        }

        return reading;
    }

    private static (FindingKind Kind, string File, string Word)? ReadWhole(
        MirrorFolder folder, TilePath path, int longest, out byte[] bytes, out TilePath found)
    {
        (bytes, found) = ([], path);
        if (folder.Locate(path) is not { } located)
        {
            return (FindingKind.Missing, path.ToString(), "file.missing");
        }

        if (located.Width < path.Width)
        {
            return (FindingKind.CutOff, located.ToString(), "file.narrow");
        }

        var reading = folder.Read(located.ToString(), longest);
        (bytes, found) = (reading.Bytes ?? [], located);
        return reading.Bytes is null
            ? (reading.Problem, located.ToString(), reading.Problem is FindingKind.Missing ? "file.missing" : "file.unreadable")
            : null;
    }
}
