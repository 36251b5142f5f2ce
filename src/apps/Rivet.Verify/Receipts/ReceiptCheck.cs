using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>Checks a receipt as docs/protocol/receipt.md says. Nothing that a file holds makes it throw, and nothing in it is trusted for itself.</summary>
internal sealed class ReceiptCheck(string file, Knowledge knowledge)
{
    private static readonly Ed25519Verifier Verifier = new();
    private readonly ReceiptJudgement judgement = new();

    public async Task<ReceiptJudgement> RunAsync(CancellationToken ct)
    {
        var reading = new MirrorFolder(Environment.CurrentDirectory).Read(file, DestructionReceipt.Longest);
        if (reading.Bytes is null && reading.Problem is FindingKind.Missing)
        {
            judgement.Findings.Add(FindingKind.Missing, file);
            return judgement;
        }

        if (!DestructionReceipt.TryRead(reading.Bytes, out var receipt))
        {
            judgement.Findings.Add(FindingKind.Changed, file, "receipt.unreadable", file);
            return judgement;
        }

        judgement.Receipt = receipt;
        switch (receipt.Judge())
        {
            case ReceiptFault.NotADestruction:
                Add(FindingKind.Changed, "receipt.other-kind", receipt.Entry.Kind);
                break;
            case ReceiptFault.OtherContent:
                Add(FindingKind.Changed, "receipt.other-content");
                break;
            case ReceiptFault.NotIncluded:
                Add(FindingKind.Changed, "receipt.not-included", receipt.Index, receipt.Checkpoint.Size);
                break;
            default:
                break;
        }

        if (await ReadChainAsync(receipt, ct) is { } chain)
        {
            await JudgeSignatureAsync(receipt, chain, ct);
            await JudgeWitnessesAsync(receipt, ct);
            JudgeMemory(receipt);
        }

        return judgement;
    }

    /// <summary>The log's keys: as the receipt says them, and as the verifier knows them from elsewhere; the key that is trusted must be one of them.</summary>
    private async Task<KeyChain?> ReadChainAsync(DestructionReceipt receipt, CancellationToken ct)
    {
        var known = knowledge.Remembered?.Find(receipt.Checkpoint.Origin);
        (judgement.Key, judgement.KeySource) = (knowledge.Key, known?.Key) switch
        {
            ({ } given, _) => (given, KeySource.Given),
            (_, { } remembered) => (remembered, KeySource.Remembered),
            _ => (receipt.Key, KeySource.Server),
        };
        if (judgement.Key.Name != receipt.Checkpoint.Origin)
        {
            Add(FindingKind.OtherKey, "receipt.other-log", receipt.Checkpoint.Origin, judgement.Key.Name);
            return null;
        }

        var elsewhere = (known?.Statements ?? []).Concat(knowledge.Statements.Where(note => KeyStatement.TryParse(note.Text, out var said) && said.Origin == receipt.Key.Name));
        IReadOnlyList<SignedNote> all = [.. receipt.Statements.Concat(elsewhere).DistinctBy(note => note.Text)];
        var (chain, fault, at) = await KeyChain.ReadAsync(receipt.Key, all, Verifier, ct);
        if (chain is null || chain.Last.Name != receipt.Key.Name)
        {
            var (kind, word) = fault switch
            {
                KeyChainFault.Forked => (FindingKind.KeysForked, "keys.forked"),
                KeyChainFault.NotSigned => (FindingKind.NotSigned, "keys.not-signed"),
                KeyChainFault.Broken => (FindingKind.KeysForked, "keys.broken"),
                _ => (FindingKind.Changed, "keys.malformed"),
            };
            Add(kind, word, at + 1);
            return null;
        }

        if (chain.Find(receipt.Key) is null || chain.Find(judgement.Key) is null)
        {
            Add(FindingKind.OtherKey, "receipt.other-key", receipt.Key, judgement.Key);
            return null;
        }

        if (!chain.LeadsOn(judgement.Key))
        {
            Add(FindingKind.RevokedTrust, "key.revoked-trust", judgement.Key);
        }

        return judgement.Chain = chain;
    }

    /// <summary>
    /// A key that was revoked counts for nothing here, not even for a size at which it was the log's: whoever took it can sign another tree of that size, and a
    /// receipt shows no more of the tree than a path. A new receipt, under a newer checkpoint, serves.
    /// </summary>
    private async Task JudgeSignatureAsync(DestructionReceipt receipt, KeyChain chain, CancellationToken ct)
    {
        foreach (var one in chain.At(receipt.Checkpoint.Size).Where(one => one.Revoked is null))
        {
            if (await receipt.Note.IsSignedByAsync(one.Key, Verifier, ct))
            {
                judgement.SignedBy = one.Key;
                return;
            }
        }

        foreach (var revoked in chain.Keys.Where(one => one.Revoked is not null))
        {
            if (await receipt.Note.IsSignedByAsync(revoked.Key, Verifier, ct))
            {
                Add(FindingKind.RevokedKey, "receipt.revoked-key", revoked.Key);
                return;
            }
        }

        Add(FindingKind.NotSigned, "receipt.not-signed", chain.Last.Name);
    }

    private async Task JudgeWitnessesAsync(DestructionReceipt receipt, CancellationToken ct)
    {
        foreach (var witness in knowledge.Witnesses)
        {
            var id = witness.Id;
            var lines = receipt.Note.Signatures.Where(line => line.KeyId == id && line.Name == witness.Name).ToList();
            if (lines.Count > 0 && await receipt.Note.IsSignedByAsync(witness, Verifier, ct) && lines.Select(Cosignature.TimeOf).Max() is { } at)
            {
                judgement.Seen.Add(new Seen(witness.Name, at));
            }
            else
            {
                Add(FindingKind.NotCosigned, lines.Count > 0 ? "receipt.cosignature-forged" : "receipt.not-cosigned", witness.Name);
            }
        }

        judgement.Strangers.AddRange(receipt.Note.Signatures
            .Where(line => line.Name != receipt.Checkpoint.Origin && knowledge.Witnesses.All(witness => witness.Name != line.Name || witness.Id != line.KeyId))
            .Select(line => line.Name).Distinct());
    }

    /// <summary>Two checkpoints of one size with two roots are two histories.</summary>
    private void JudgeMemory(DestructionReceipt receipt)
    {
        if (knowledge.Remembered?.Find(receipt.Checkpoint.Origin) is { } known && SignedNote.TryParse(known.Note, out var note) && Checkpoint.TryParse(note.Text, out var seen)
            && seen.Size == receipt.Checkpoint.Size && !seen.Root.Span.SequenceEqual(receipt.Checkpoint.Root.Span))
        {
            Add(FindingKind.Forked, "receipt.forked", seen.Size);
        }
    }

    private void Add(FindingKind kind, string word, params object[] values) => judgement.Findings.Add(kind, file, word, values);
}
