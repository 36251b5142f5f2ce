using System.Globalization;
using System.Text;
using Rivet.Audit.Reading;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Witnessing;

/// <summary>What a witness is asked to cosign: the newest checkpoint, and the way to it from the tree that it knows.</summary>
internal sealed record WitnessOffer
{
    /// <summary>The log's end.</summary>
    public required LogRow Row { get; init; }

    /// <summary>The size that the way begins at.</summary>
    public required long OldSize { get; init; }

    public required IReadOnlyList<byte[]> Proof { get; init; }

    /// <summary>The checkpoint with the signatures of the log's own keys, as it was signed once.</summary>
    public required SignedNote Note { get; init; }

    /// <summary>Whether the log had other keys before: a witness may know it under one of those.</summary>
    public required bool HasOldKeys { get; init; }

    /// <summary>The body of add-checkpoint (c2sp.org/tlog-witness).</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"old {OldSize}\n{string.Concat(Proof.Select(hash => Convert.ToBase64String(hash) + "\n"))}\n{Note}"));

    /// <summary>Makes the offer; null while the log is empty.</summary>
    public static Result<WitnessOffer?, AuditWitnessFailure> Make(ReadSession session, WitnessRow witness, KeyChain chain)
    {
        if (LogTable.Find(session, witness.Company) is not { } row)
        {
            return (WitnessOffer?)null;
        }

        if (!SignedNote.TryParse(Encoding.UTF8.GetBytes(row.Checkpoint), out var note) || !Checkpoint.TryParse(note.Text, out var checkpoint)
            || checkpoint.Origin != chain.Last.Name || checkpoint.Size != row.Size || Own(note, chain) is not { Signatures.Count: > 0 } own)
        {
            return AuditWitnessFailure.LogDamaged;
        }

        // A log that is shorter than what the witness knows can only show itself: the witness says what it saw.
        var old = Math.Min(witness.Size, row.Size);
        try
        {
            var prover = AuditLog.Prover(session, row);
            return prover.Root(row.Size).AsSpan().SequenceEqual(checkpoint.Root.Span)
                ? new WitnessOffer { Row = row, OldSize = old, Proof = prover.Consistency(old, row.Size), Note = own, HasOldKeys = chain.Keys.Count > 1 }
                : AuditWitnessFailure.LogDamaged;
        }
        catch (InvalidDataException)
        {
            return AuditWitnessFailure.LogDamaged;
        }
    }

    /// <summary>
    /// The checkpoint with the log's line first, then what other witnesses said of the very same text, then this line in place of an earlier
    /// one by its key.
    /// </summary>
    public string With(NoteSignature line, string? stored)
    {
        var others = stored is not null && SignedNote.TryParse(Encoding.UTF8.GetBytes(stored), out var known) && known.Text == Note.Text
            ? known.Signatures.Where(other => !IsBy(other, line) && !Note.Signatures.Any(own => IsBy(other, own))).TakeLast(MostOthers)
            : [];
        return (Note with { Signatures = [.. Note.Signatures, .. others, line] }).ToString();
    }

    private const int MostOthers = 32;

    private static bool IsBy(NoteSignature one, NoteSignature other) => (one.Name, one.KeyId) == (other.Name, other.KeyId);

    private static SignedNote Own(SignedNote note, KeyChain chain)
        => note with { Signatures = [.. note.Signatures.Where(line => chain.Keys.Any(one => line.Name == one.Key.Name && line.KeyId == one.Key.Id))] };
}
