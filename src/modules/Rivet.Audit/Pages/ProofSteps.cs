using System.Text;
using Rivet.Cryptography;
using Rivet.Transparency;

namespace Rivet.Audit.Pages;

/// <summary>One step up from a leaf to the root.</summary>
/// <param name="Left">The left hash of the two.</param>
/// <param name="Right">The right one.</param>
/// <param name="IsOursLeft">Which of the two was reckoned; the other is of the proof.</param>
/// <param name="Result">SHA-256(0x01 · left · right).</param>
internal sealed record ProofStep(byte[] Left, byte[] Right, bool IsOursLeft, byte[] Result);

/// <summary>A proof reckoned anew from the entry's bytes, hash by hash (RFC 9162 §2.1.3.2).</summary>
internal sealed record ProofSteps
{
    /// <summary>SHA-256(0x00 · entry).</summary>
    public required byte[] Leaf { get; init; }

    public required IReadOnlyList<ProofStep> Steps { get; init; }

    /// <summary>What the steps end in.</summary>
    public required byte[] Root { get; init; }

    /// <summary>What the checkpoint says; null when its note cannot be read.</summary>
    public required Checkpoint? Checkpoint { get; init; }

    /// <summary>Whether the log's key signed the checkpoint.</summary>
    public required bool IsSigned { get; init; }

    public bool EndsInTheRoot => Checkpoint is not null && Checkpoint.Root.Span.SequenceEqual(Root);

    public bool Holds => EndsInTheRoot && IsSigned;

    public static async ValueTask<ProofSteps> OfAsync(AuditProof proof, ISignatureVerifier verifier, CancellationToken ct)
    {
        var leaf = new byte[TreeHash.Size];
        TreeHash.Leaf(proof.Bytes.Span, leaf);
        var steps = Climb(proof.Entry.Index, proof.Head.Size, leaf, proof.Path);
        var isNote = SignedNote.TryParse(Encoding.UTF8.GetBytes(proof.Head.Checkpoint), out var note);
        var signed = isNote && NoteKey.TryParse(proof.Head.Key, out var key) && await note!.IsSignedByAsync(key, verifier, ct);
        return new ProofSteps
        {
            Leaf = leaf,
            Steps = steps,
            Root = steps.Count == 0 ? leaf : steps[^1].Result,
            Checkpoint = Checkpoint.TryParse(note?.Text, out var checkpoint) && checkpoint.Size == proof.Head.Size ? checkpoint : null,
            IsSigned = signed,
        };
    }

    private static List<ProofStep> Climb(long index, long size, byte[] leaf, IReadOnlyList<byte[]> path)
    {
        var (steps, hash) = (new List<ProofStep>(path.Count), leaf);
        var (node, last) = (index, size - 1);
        foreach (var beside in path)
        {
            var isRight = (node & 1) == 1 || node == last;
            var (left, right) = isRight ? (beside, hash) : (hash, beside);
            var result = new byte[TreeHash.Size];
            TreeHash.Node(left, right, result);
            steps.Add(new ProofStep(left, right, IsOursLeft: !isRight, result));
            hash = result;
            for (; isRight && (node & 1) == 0 && node != 0; node >>= 1)
            {
                last >>= 1;
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return steps;
    }
}
