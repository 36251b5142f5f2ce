using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>Reads the kept checkpoints of a mirror. Their signatures are verified on all cores: a log of years has many thousands.</summary>
internal sealed class HistoryCheck(MirrorFolder folder, Judgement judgement, NoteCheck notes, Progress progress)
{
    /// <summary>A checkpoint a minute for eight years.</summary>
    private const int MostNotes = 1 << 22;

    /// <summary>Those that bear the log's signature, ascending; any other is a finding, since the log itself keeps them.</summary>
    public async Task<IReadOnlyList<SignedCheckpoint>> ReadAsync(SignedCheckpoint newest, CancellationToken ct)
    {
        var (sizes, strange) = folder.SizesIn(MirrorFolder.History);
        if (strange > 0 || sizes.Count > MostNotes)
        {
            judgement.Findings.Add(FindingKind.Unreadable, MirrorFolder.History, "history.strange", MirrorFolder.History);
            sizes = [.. sizes.Take(MostNotes)];
        }

        var read = new (SignedCheckpoint? Checkpoint, IReadOnlyList<NoteFinding> Findings)[sizes.Count];
        var done = 0L;
        await Parallel.ForAsync(0, read.Length, ct, async (at, stop) =>
        {
            read[at] = await ReadAsync(sizes[at], stop);
            progress.Say("progress.history", Interlocked.Increment(ref done), read.Length);
        });
        foreach (var finding in read.SelectMany(one => one.Findings))
        {
            finding.AddTo(judgement.Findings);
        }

        var kept = read.Select(one => one.Checkpoint).OfType<SignedCheckpoint>().ToList();
        judgement.Compared = kept.Count(one => one.Checkpoint.Size <= newest.Checkpoint.Size);
        return kept;
    }

    private async Task<(SignedCheckpoint? Checkpoint, IReadOnlyList<NoteFinding> Findings)> ReadAsync(long size, CancellationToken ct)
    {
        var place = MirrorFolder.NoteOf(size);
        var reading = folder.Read(place, SignedNote.LongestNote);
        if (reading.Bytes is null)
        {
            return (null, [new NoteFinding(reading.Problem, place, reading.Problem is FindingKind.Missing ? "file.missing" : "file.unreadable", place)]);
        }

        var result = await notes.ReadAsync(place, reading.Bytes, ct);
        return result.Checkpoint is { } checkpoint && checkpoint.Checkpoint.Size != size
            ? (null, [new NoteFinding(FindingKind.Unreadable, place, "note.unreadable", place)])
            : result;
    }
}
