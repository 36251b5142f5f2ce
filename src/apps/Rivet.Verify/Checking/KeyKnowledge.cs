using Rivet.Cryptography.Sodium;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>
/// Finds out which keys may sign the log: from the statements of the mirror, and from those that the verifier has from elsewhere, by an earlier visit or
/// from the operator. What the mirror does not show of the latter was taken back, and is found; it counts all the same.
/// </summary>
internal sealed class KeyKnowledge(MirrorFolder folder, Knowledge knowledge, Judgement judgement)
{
    private static readonly Ed25519Verifier Verifier = new();

    /// <summary>The chain, and the key in it that the verifier trusts; null, and a finding, when there is none.</summary>
    public async Task<KeyChain?> ReadAsync(string origin, CancellationToken ct)
    {
        var shown = ReadShown(origin);
        var known = knowledge.Remembered?.Find(origin);
        (judgement.Key, judgement.KeySource) = (knowledge.Key, known?.Key) switch
        {
            ({ } given, _) => (given, KeySource.Given),
            (_, { } remembered) => (remembered, KeySource.Remembered),
            _ => (shown, KeySource.Server),
        };
        if (judgement.Key is null || await ReadChainAsync(shown ?? judgement.Key, known, ct) is not { } chain)
        {
            return null;
        }

        var isShownKnown = shown is null || chain.Find(shown) is not null;
        if (!isShownKnown || chain.Find(judgement.Key) is null)
        {
            judgement.Findings.Add(FindingKind.OtherKey, MirrorFolder.Key, "key.other", isShownKnown ? chain.Last : shown!, judgement.Key);
        }

        chain = chain.Find(judgement.Key) is null ? KeyChain.Of(judgement.Key) : chain;
        if (knowledge.Key is not null && known is not null && chain.Find(known.Key) is null)
        {
            judgement.Findings.Add(FindingKind.OtherKey, "--key", "key.other-remembered", known.Key);
        }

        if (!chain.LeadsOn(judgement.Key))
        {
            judgement.Findings.Add(FindingKind.RevokedTrust, MirrorFolder.Keys, "key.revoked-trust", judgement.Key);
        }

        judgement.Chain = chain;
        return chain;
    }

    private NoteKey? ReadShown(string origin)
    {
        var reading = folder.Read(MirrorFolder.Key, MirrorFolder.LongestKey);
        var shown = KeyLine.Read(reading.Bytes, NoteKeyKind.Ed25519);
        var hasOther = knowledge.Key is not null || knowledge.Remembered?.Find(origin) is not null;
        if (shown is null && (!hasOther || reading.Bytes is not null || reading.Problem is not FindingKind.Missing))
        {
            judgement.Findings.Add(
                reading.Bytes is null ? reading.Problem : FindingKind.Unreadable, MirrorFolder.Key,
                reading is { Bytes: null, Problem: FindingKind.Missing } ? "file.missing" : "key.unreadable", MirrorFolder.Key);
        }

        return shown;
    }

    private async Task<KeyChain?> ReadChainAsync(NoteKey only, RememberedLog? known, CancellationToken ct)
    {
        var reading = folder.Read(MirrorFolder.Keys, KeyStatementFile.Longest);
        if (reading.Bytes is null && reading.Problem is not FindingKind.Missing)
        {
            judgement.Findings.Add(reading.Problem, MirrorFolder.Keys);
            return null;
        }

        if (!KeyStatementFile.TryRead(reading.Bytes, out var statements))
        {
            judgement.Findings.Add(FindingKind.Unreadable, MirrorFolder.Keys, "keys.unreadable", MirrorFolder.Keys);
            return null;
        }

        var elsewhere = (known?.Statements ?? []).Concat(knowledge.Statements.Where(note => OriginOf(note) == only.Name))
            .Where(note => statements.All(shown => shown.Text != note.Text)).DistinctBy(note => note.Text).ToList();
        if (elsewhere.Count > 0)
        {
            judgement.Findings.Add(FindingKind.KeysRolledBack, MirrorFolder.Keys, "keys.rolled-back", elsewhere.Count);
        }

        IReadOnlyList<SignedNote> all = [.. statements, .. elsewhere];
        var (chain, fault, at) = await KeyChain.ReadAsync(only, all, Verifier, ct);
        if (chain is not null && chain.Last.Name == only.Name)
        {
            judgement.Statements = all;
            return chain;
        }

        var (kind, word) = fault switch
        {
            KeyChainFault.Forked => (FindingKind.KeysForked, "keys.forked"),
            KeyChainFault.NotSigned => (FindingKind.NotSigned, "keys.not-signed"),
            KeyChainFault.Broken => (FindingKind.KeysForked, "keys.broken"),
            _ => (FindingKind.Unreadable, "keys.malformed"),
        };
        judgement.Findings.Add(kind, MirrorFolder.Keys, word, at + 1);
        return null;
    }

    private static string? OriginOf(SignedNote note) => KeyStatement.TryParse(note.Text, out var statement) ? statement.Origin : null;
}
