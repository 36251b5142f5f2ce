using System.Globalization;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>What a verifier knows when it comes.</summary>
internal sealed record Knowledge
{
    /// <summary>The log's key, where somebody gave it.</summary>
    public NoteKey? Key { get; init; }

    /// <summary>Statements about the log's keys that came by another way than the mirror.</summary>
    public IReadOnlyList<SignedNote> Statements { get; init; } = [];

    public IReadOnlyList<NoteKey> Witnesses { get; init; } = [];

    /// <summary>What was verified before; null when nothing is to be remembered.</summary>
    public RememberedLogs? Remembered { get; init; }
}

/// <summary>Checks a mirror: the six steps of docs/protocol/audit-log.md. Nothing that a file holds makes it throw.</summary>
internal sealed class LogCheck(MirrorFolder folder, Knowledge knowledge, Progress progress)
{
    private readonly Judgement judgement = new();
    private KeyChain? chain;

    public async Task<Judgement> RunAsync(CancellationToken ct)
    {
        if (await ReadNewestAsync(ct) is { } newest)
        {
            var history = WithRotations(newest, await new HistoryCheck(folder, judgement, NewNoteCheck(), progress).ReadAsync(newest, ct));
            var remembered = await ReadRememberedAsync(ct);
            IReadOnlyList<SignedCheckpoint> others = remembered is null ? history : [.. history, remembered];
            var scan = new EntryScan(folder, newest.Checkpoint.Size, judgement, new TimeBounds([.. others, newest]), progress)
            {
                Tiles = new GrowingTree([.. others.Append(newest).Select(one => one.Checkpoint.Size).Distinct().Order()]),
            };
            await scan.RunAsync(ct);
            new TreeJudge(folder, scan, newest, judgement).Judge(history, remembered);
        }

        if (folder.Read(MirrorFolder.Standing, MirrorFolder.LongestStanding) is { Problem: not FindingKind.Missing } standing)
        {
            judgement.Notices.Add(StandingLine.Read(standing.Bytes)?.ToString() ?? Words.Of("standing.unreadable"));
        }

        SayWhatWasNotChecked();
        return judgement;
    }

    /// <summary>A rotation says a root as a checkpoint does: by it the new key vouches for what the old one signed.</summary>
    private IReadOnlyList<SignedCheckpoint> WithRotations(SignedCheckpoint newest, IReadOnlyList<SignedCheckpoint> history)
    {
        var all = chain!.Keys.Select(key => key.Until).OfType<KeyStatement>().ToList();
        if (all.Find(said => said.Size > newest.Checkpoint.Size) is { } ahead)
        {
            // A fetch that was interrupted leaves just this.
            judgement.Findings.Add(FindingKind.Missing, MirrorFolder.Checkpoint, "keys.ahead", newest.Checkpoint.Size, ahead.Size);
        }

        var rotations = all.Where(said => said.Size <= newest.Checkpoint.Size)
            .Select(said => new SignedCheckpoint(
                MirrorFolder.Keys, new SignedNote { Text = said.ToString(), Signatures = [] }, new Checkpoint { Origin = said.Origin, Size = said.Size, Root = said.Root }, []));
        return [.. history.Concat(rotations).OrderBy(one => one.Checkpoint.Size)];
    }

    /// <summary>Step 1.</summary>
    private async Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken ct)
    {
        var reading = folder.Read(MirrorFolder.Checkpoint, SignedNote.LongestNote);
        if (reading.Bytes is null)
        {
            judgement.Findings.Add(reading.Problem, MirrorFolder.Checkpoint);
            return null;
        }

        // The name of the log is needed before its key: it may be one that is remembered.
        var origin = SignedNote.TryParse(reading.Bytes, out var note) && Checkpoint.TryParse(note.Text, out var checkpoint) ? checkpoint.Origin : "";
        chain = await new KeyKnowledge(folder, knowledge, judgement).ReadAsync(origin, ct);
        if (chain is null)
        {
            return null;
        }

        var (newest, findings) = await NewNoteCheck().ReadAsync(MirrorFolder.Checkpoint, reading.Bytes, ct);
        foreach (var finding in findings)
        {
            finding.AddTo(judgement.Findings);
        }

        foreach (var witness in newest is null ? [] : knowledge.Witnesses.Where(witness => newest.Note.Signatures.All(line => line.Name != witness.Name || line.KeyId != witness.Id)))
        {
            judgement.Findings.Add(FindingKind.NotCosigned, MirrorFolder.Checkpoint, "checkpoint.not-cosigned", witness.Name);
        }

        judgement.Newest = newest;
        return newest;
    }

    private async Task<SignedCheckpoint?> ReadRememberedAsync(CancellationToken ct)
    {
        if (knowledge.Remembered?.Find(judgement.Key!.Name) is not { } known)
        {
            return null;
        }

        var (checkpoint, findings) = await new NoteCheck(chain!.Find(known.Key) is null ? KeyChain.Of(known.Key) : chain, knowledge.Witnesses).ReadAsync(knowledge.Remembered.File, known.Note, ct);
        foreach (var finding in findings)
        {
            finding.AddTo(judgement.Findings);
        }

        judgement.RememberedSize = checkpoint?.Checkpoint.Size;
        return checkpoint;
    }

    private void SayWhatWasNotChecked()
    {
        if (judgement.KeySource is KeySource.Server)
        {
            judgement.NotChecked.Add(Words.Of("unchecked.key", folder.Path));
        }

        if (knowledge.Witnesses.Count == 0)
        {
            judgement.NotChecked.Add(Words.Of("unchecked.witness"));
        }

        if (judgement.RememberedSize is null)
        {
            judgement.NotChecked.Add(Words.Of(knowledge.Remembered is null ? "unchecked.remember" : "unchecked.first"));
        }

        if (judgement.Newest is { } newest && judgement.Entries < newest.Checkpoint.Size)
        {
            judgement.NotChecked.Add(Words.Of("unchecked.rest", judgement.Entries.ToString("N0", CultureInfo.CurrentCulture)));
        }

        judgement.NotChecked.Add(Words.Of("unchecked.sealed"));
    }

    private NoteCheck NewNoteCheck() => new(chain!, knowledge.Witnesses);
}
