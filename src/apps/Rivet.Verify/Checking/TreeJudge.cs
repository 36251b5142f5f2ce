using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>Compares the trees that entries and tiles give with all that was signed, and says what was done where they differ.</summary>
internal sealed class TreeJudge(MirrorFolder folder, EntryScan scan, SignedCheckpoint newest, Judgement judgement)
{
    private readonly long size = newest.Checkpoint.Size;
    private readonly Findings findings = judgement.Findings;

    /// <summary>Steps 2, 3 and 4.</summary>
    public void Judge(IReadOnlyList<SignedCheckpoint> history, SignedCheckpoint? remembered)
    {
        var areTilesTrue = IsRootOf(scan.Tiles, newest);
        var areEntriesTrue = scan.Entries is null ? areTilesTrue : IsRootOf(scan.Entries, newest);
        if (scan.Entries is not null)
        {
            SayWhereTheyPart(areTilesTrue, areEntriesTrue);
        }

        var truth = scan.Entries is null || areTilesTrue == true ? scan.Tiles : scan.Entries;
        var isNewestTrue = areTilesTrue == true || areEntriesTrue == true;
        CompareHistory(truth, history, isNewestTrue || !scan.IsComplete);
        if (remembered is not null)
        {
            CompareRemembered(truth, remembered);
        }
    }

    /// <summary>Entries and level-0 tiles differ: whichever gives the signed root is true.</summary>
    private void SayWhereTheyPart(bool? areTilesTrue, bool? areEntriesTrue)
    {
        if (areTilesTrue == true)
        {
            foreach (var change in LeafDifference.Find(Leaves(), Tiles()))
            {
                findings.Add(change.Kind, Findings.Entry(change.Index), change.Kind switch
                {
                    FindingKind.Removed => "entry.removed",
                    FindingKind.Inserted => "entry.inserted",
                    FindingKind.Reordered => "entry.reordered",
                    _ => "entry.changed",
                }, change.Index, change.Other);
            }

            return;
        }

        foreach (var path in scan.Differing)
        {
            var tile = path with { Level = 0 };
            findings.Add(FindingKind.Changed, tile.ToString(), areEntriesTrue == true ? "tile.changed" : "tile.differs", tile);
        }
    }

    private void CompareHistory(GrowingTree truth, IReadOnlyList<SignedCheckpoint> history, bool isNewestTrue)
    {
        var within = history.TakeWhile(one => one.Checkpoint.Size <= size).ToList();
        foreach (var beyond in history.Skip(within.Count))
        {
            findings.Add(FindingKind.CutOff, beyond.Place, "history.cut-off", size, beyond.Checkpoint.Size);
        }

        var wrong = within.Where(one => IsRootOf(truth, one) == false).ToList();
        var lastGood = within.TakeWhile(one => IsRootOf(truth, one) != false).Select(one => one.Checkpoint.Size).DefaultIfEmpty(0).Last();
        if (!isNewestTrue)
        {
            // Entries and tiles agree with one another and with no signature: what was signed before tells where that begins.
            var firstWrong = wrong.Count > 0 ? wrong[0].Checkpoint.Size : size;
            findings.Add(FindingKind.Changed, MirrorFolder.Checkpoint, "root.wrong", lastGood, firstWrong - 1);
        }
        else if (wrong.Count > 0)
        {
            findings.Add(FindingKind.Forked, wrong[0].Place, "history.forked", wrong[0].Checkpoint.Size, lastGood, wrong[0].Checkpoint.Size - 1);
        }
    }

    private void CompareRemembered(GrowingTree truth, SignedCheckpoint remembered)
    {
        if (remembered.Checkpoint.Size > size)
        {
            findings.Add(FindingKind.CutOff, remembered.Place, "remembered.cut-off", size, remembered.Checkpoint.Size);
        }
        else if (IsRootOf(truth, remembered) == false)
        {
            findings.Add(FindingKind.Forked, remembered.Place, "remembered.forked", remembered.Checkpoint.Size);
        }
    }

    /// <summary>Null when the entries end before.</summary>
    private static bool? IsRootOf(GrowingTree tree, SignedCheckpoint signed)
        => tree.RootAt(signed.Checkpoint.Size)?.AsSpan().SequenceEqual(signed.Checkpoint.Root.Span);

    private IEnumerable<LeafHash> Leaves() => Readings().SelectMany(reading => LeafHash.In(reading.Leaves));

    private IEnumerable<LeafHash> Tiles() => Readings().SelectMany(reading => LeafHash.In(reading.Tile));

    private IEnumerable<BundleReading> Readings() => TilePath.Of(TilePath.Entries, size).Select(path => BundleReading.Read(folder, path));
}
