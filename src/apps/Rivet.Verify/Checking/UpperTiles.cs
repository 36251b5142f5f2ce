using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>Compares the tiles above level 0 with the hashes that those below give, as these come.</summary>
internal sealed class UpperTiles(MirrorFolder folder, long size, Findings findings)
{
    private readonly byte[]?[] current = new byte[]?[64 / TilePath.Height];
    private long reportedFrom = -1;

    /// <summary>Takes each subtree that became complete, in the order of <see cref="CompactTree.Append"/>.</summary>
    public void Take(int level, long index, ReadOnlySpan<byte> hash)
    {
        if (level == 0 || level % TilePath.Height != 0)
        {
            return;
        }

        var tileLevel = level / TilePath.Height;
        var path = PathOf(tileLevel, index >> TilePath.Height);
        var slot = (int)(index & (TilePath.FullWidth - 1));
        if (slot == 0)
        {
            current[tileLevel] = Read(path);
        }

        if (current[tileLevel] is not { } tile || tile.AsSpan(slot * TreeHash.Size, TreeHash.Size).SequenceEqual(hash))
        {
            return;
        }

        // What differs below differs above too: the lowest says where best.
        var from = index << level;
        if (reportedFrom < from)
        {
            reportedFrom = from;
            findings.Add(FindingKind.Changed, path.ToString(), "tile.upper", path, from, from + (1L << level) - 1);
        }
    }

    private byte[]? Read(TilePath path)
    {
        if (folder.Locate(path) is not { } located || located.Width < path.Width)
        {
            findings.Add(FindingKind.Missing, path.ToString());
            return null;
        }

        var reading = folder.Read(located.ToString(), MirrorFolder.LongestTile);
        if (reading.Bytes is null)
        {
            findings.Add(reading.Problem, located.ToString());
        }
        else if (reading.Bytes.Length != located.Width * TreeHash.Size)
        {
            findings.Add(FindingKind.Unreadable, located.ToString(), "tile.length", located);
            return null;
        }

        return reading.Bytes;
    }

    private TilePath PathOf(int level, long index)
    {
        var hashes = size >> (level * TilePath.Height);
        return new TilePath(level, index, (int)Math.Min(TilePath.FullWidth, hashes - (index << TilePath.Height)));
    }
}
