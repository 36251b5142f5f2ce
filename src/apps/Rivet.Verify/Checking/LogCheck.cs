using System.Globalization;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>What a verifier knows when it comes.</summary>
internal sealed record Knowledge
{
    /// <summary>The log's key, where somebody gave it.</summary>
    public NoteKey? Key { get; init; }

    public IReadOnlyList<NoteKey> Witnesses { get; init; } = [];

    /// <summary>What was verified before; null when nothing is to be remembered.</summary>
    public RememberedLogs? Remembered { get; init; }
}

/// <summary>Checks a mirror: the six steps of docs/protocol/audit-log.md. Nothing that a file holds makes it throw.</summary>
internal sealed class LogCheck(MirrorFolder folder, Knowledge knowledge, Progress progress)
{
    private readonly Judgement judgement = new();

    public async Task<Judgement> RunAsync(CancellationToken ct)
    {
        if (await ReadNewestAsync(ct) is { } newest)
        {
            var history = await new HistoryCheck(folder, judgement, NewNoteCheck(), progress).ReadAsync(newest, ct);
            var remembered = await ReadRememberedAsync(ct);
            IReadOnlyList<SignedCheckpoint> others = remembered is null ? history : [.. history, remembered];
            var scan = new EntryScan(folder, newest.Checkpoint.Size, judgement, new TimeBounds([.. others, newest]), progress)
            {
                Tiles = new GrowingTree([.. others.Append(newest).Select(one => one.Checkpoint.Size).Distinct().Order()]),
            };
            await scan.RunAsync(ct);
            new TreeJudge(folder, scan, newest, judgement).Judge(history, remembered);
        }

        SayWhatWasNotChecked();
        return judgement;
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
        if (!ChooseKey(origin))
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

    private bool ChooseKey(string origin)
    {
        var reading = folder.Read(MirrorFolder.Key, MirrorFolder.LongestKey);
        var shown = KeyLine.Read(reading.Bytes, NoteKeyKind.Ed25519);
        var known = knowledge.Remembered?.Find(origin);
        (judgement.Key, judgement.KeySource) = (knowledge.Key, known?.Key) switch
        {
            ({ } given, _) => (given, KeySource.Given),
            (_, { } remembered) => (remembered, KeySource.Remembered),
            _ => (shown, KeySource.Server),
        };
        if (shown is null && (judgement.Key is null || reading.Bytes is not null || reading.Problem is not FindingKind.Missing))
        {
            judgement.Findings.Add(
                reading.Bytes is null ? reading.Problem : FindingKind.Unreadable, MirrorFolder.Key,
                reading is { Bytes: null, Problem: FindingKind.Missing } ? "file.missing" : "key.unreadable", MirrorFolder.Key);
        }
        else if (shown is not null && !shown.Equals(judgement.Key))
        {
            judgement.Findings.Add(FindingKind.OtherKey, MirrorFolder.Key, "key.other", shown, judgement.Key!);
        }

        if (knowledge.Key is not null && known is not null && !known.Key.Equals(knowledge.Key))
        {
            judgement.Findings.Add(FindingKind.OtherKey, "--key", "key.other-remembered", known.Key);
        }

        return judgement.Key is not null;
    }

    private async Task<SignedCheckpoint?> ReadRememberedAsync(CancellationToken ct)
    {
        if (knowledge.Remembered?.Find(judgement.Key!.Name) is not { } known)
        {
            return null;
        }

        var (checkpoint, findings) = await new NoteCheck(known.Key, knowledge.Witnesses).ReadAsync(knowledge.Remembered.File, known.Note, ct);
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

    private NoteCheck NewNoteCheck() => new(judgement.Key!, knowledge.Witnesses);
}
