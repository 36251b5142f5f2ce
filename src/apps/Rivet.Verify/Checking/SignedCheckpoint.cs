using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>A checkpoint that bears the log's signature, and who of the known witnesses saw it when.</summary>
/// <param name="Place">The file it comes from.</param>
/// <param name="Note">As it was signed.</param>
/// <param name="Checkpoint">What it says.</param>
/// <param name="Seen">Cosignatures that verified.</param>
internal sealed record SignedCheckpoint(string Place, SignedNote Note, Checkpoint Checkpoint, IReadOnlyList<Seen> Seen)
{
    /// <summary>The time of the latest cosignature.</summary>
    public DateTimeOffset? SeenAt => Seen.Count == 0 ? null : Seen.Max(seen => seen.At);
}

/// <summary>Reads notes of one log.</summary>
/// <param name="chain">The log's keys.</param>
/// <param name="witnesses">Those that the verifier knows.</param>
internal sealed class NoteCheck(KeyChain chain, IReadOnlyList<NoteKey> witnesses)
{
    private static readonly Ed25519Verifier Verifier = new();

    /// <summary>The checkpoint in these bytes; null, and a finding, when it is none or not the log's.</summary>
    public async Task<(SignedCheckpoint? Checkpoint, IReadOnlyList<NoteFinding> Findings)> ReadAsync(string place, byte[] bytes, CancellationToken ct)
    {
        if (!SignedNote.TryParse(bytes, out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint))
        {
            return (null, [new NoteFinding(FindingKind.Unreadable, place, "note.unreadable", place)]);
        }

        if (checkpoint.Origin != chain.Last.Name || !await chain.HasSignedAsync(note, checkpoint.Size, Verifier, ct))
        {
            return (null, [await NotSignedAsync(place, note, ct)]);
        }

        var seen = new List<Seen>();
        var findings = new List<NoteFinding>();
        foreach (var witness in witnesses)
        {
            var id = witness.Id;
            var lines = note.Signatures.Where(line => line.KeyId == id && line.Name == witness.Name).ToList();
            if (lines.Count == 0)
            {
                continue;
            }

            if (await note.IsSignedByAsync(witness, Verifier, ct) && lines.Select(Cosignature.TimeOf).Max() is { } at)
            {
                seen.Add(new Seen(witness.Name, at));
            }
            else
            {
                findings.Add(new NoteFinding(FindingKind.NotCosigned, place, "note.forged", place, witness.Name));
            }
        }

        return (new SignedCheckpoint(place, note, checkpoint, seen), findings);
    }

    /// <summary>A key that may not sign it any more, or none at all.</summary>
    private async ValueTask<NoteFinding> NotSignedAsync(string place, SignedNote note, CancellationToken ct)
    {
        foreach (var old in chain.Keys.Where(one => one.Until is not null).OrderBy(one => one.Revoked is null))
        {
            if (await note.IsSignedByAsync(old.Key, Verifier, ct))
            {
                return old.Revoked is null
                    ? new NoteFinding(FindingKind.NotSigned, place, "note.old-key", place, old.Key, old.Until!.Size)
                    : new NoteFinding(FindingKind.RevokedKey, place, "note.revoked-key", place, old.Key, old.Until!.Size);
            }
        }

        return new NoteFinding(FindingKind.NotSigned, place, "note.not-signed", place, chain.Last.Name);
    }
}

/// <summary>A finding about a note, before it has its turn among the others: notes are read side by side.</summary>
internal sealed record NoteFinding(FindingKind Kind, string Place, string Word, params object[] Values)
{
    public void AddTo(Findings findings) => findings.Add(Kind, Place, Word, Values);
}
