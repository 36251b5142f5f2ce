using Rivet.Cryptography;

namespace Rivet.Transparency;

/// <summary>A key of a log, and how long it was the log's.</summary>
/// <param name="Key">The key.</param>
/// <param name="From">It signs checkpoints from this size on.</param>
/// <param name="Until">The statement that ended that; null for the log's key of now.</param>
/// <param name="Revoked">The statement that took it back; null for none.</param>
public sealed record ChainedKey(NoteKey Key, long From, KeyStatement? Until, KeyStatement? Revoked);

/// <summary>Why statements are no chain.</summary>
public enum KeyChainFault
{
    /// <summary>A note is no statement, or about another log.</summary>
    Malformed = 1,

    /// <summary>A statement is not signed by both its keys.</summary>
    NotSigned = 2,

    /// <summary>A key has two successors.</summary>
    Forked = 3,

    /// <summary>A statement does not go on from those before it.</summary>
    Broken = 4,
}

/// <summary>
/// The keys of a log one after the other. Whoever trusts one of them can follow to the next, and back: each statement is signed by both its keys. A
/// revoked key leads nowhere, since whoever took it can write such statements too: see <see cref="LeadsOn"/>.
/// </summary>
public sealed class KeyChain
{
    private readonly List<ChainedKey> keys;

    private KeyChain(NoteKey first) => keys = [new(first, 0, null, null)];

    /// <summary>All keys, oldest first.</summary>
    public IReadOnlyList<ChainedKey> Keys => keys;

    /// <summary>The log's key of now.</summary>
    public NoteKey Last => keys[^1].Key;

    /// <summary>A log's only key.</summary>
    public static KeyChain Of(NoteKey key) => new(key);

    /// <summary>Judges statements, oldest first. Gives a chain, or what is wrong and with which statement.</summary>
    /// <param name="only">The log's key, for a log without statements.</param>
    /// <param name="statements">As they were signed.</param>
    /// <param name="verifier">Verifies signatures.</param>
    /// <param name="ct">Withdraws the request.</param>
    public static async ValueTask<(KeyChain? Chain, KeyChainFault Fault, int At)> ReadAsync(
        NoteKey only, IReadOnlyList<SignedNote> statements, ISignatureVerifier verifier, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(statements);
        KeyChain? chain = null;
        for (var at = 0; at < statements.Count; at++)
        {
            if (!KeyStatement.TryParse(statements[at].Text, out var statement) || (chain is not null && statement.Origin != chain.Last.Name))
            {
                return (null, KeyChainFault.Malformed, at);
            }

            if (!await statements[at].IsSignedByAsync(statement.Key, verifier, ct) || !await statements[at].IsSignedByAsync(statement.Other, verifier, ct))
            {
                return (null, KeyChainFault.NotSigned, at);
            }

            chain ??= new KeyChain(statement.Key);
            if ((statement.Kind is KeyStatementKind.Rotated ? chain.Rotate(statement) : chain.Revoke(statement)) is { } fault)
            {
                return (null, fault, at);
            }
        }

        return (chain ?? new KeyChain(only), default, 0);
    }

    /// <summary>A key of the chain; null for one that never was the log's.</summary>
    public ChainedKey? Find(NoteKey key) => keys.Find(one => one.Key.Equals(key));

    /// <summary>The keys that may sign a checkpoint of this size, the newest first; two where one took over from the other.</summary>
    public IEnumerable<ChainedKey> At(long size) => keys.Where(one => one.From <= size && (one.Until is null || size <= one.Until.Size)).Reverse();

    /// <summary>Whether a checkpoint of this size bears the signature of a key that may sign it.</summary>
    public async ValueTask<bool> HasSignedAsync(SignedNote note, long size, ISignatureVerifier verifier, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(note);
        foreach (var one in At(size))
        {
            if (await note.IsSignedByAsync(one.Key, verifier, ct))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether somebody who trusts this key may follow to the log's key of now: no key in between is revoked, itself neither.</summary>
    public bool LeadsOn(NoteKey key) => keys.FindIndex(one => one.Key.Equals(key)) is >= 0 and var at && keys.Skip(at).All(one => one.Revoked is null);

    private KeyChainFault? Rotate(KeyStatement statement)
    {
        var last = keys[^1];
        if (!last.Key.Equals(statement.Key))
        {
            return Find(statement.Key) is null ? KeyChainFault.Broken : KeyChainFault.Forked;
        }

        // No key comes back, and none begins before its predecessor did.
        if (Find(statement.Other) is not null || statement.Size < last.From)
        {
            return KeyChainFault.Broken;
        }

        keys[^1] = last with { Until = statement };
        keys.Add(new(statement.Other, statement.Size, null, null));
        return null;
    }

    private KeyChainFault? Revoke(KeyStatement statement)
    {
        var at = keys.FindIndex(one => one.Key.Equals(statement.Key));
        if (at < 0 || keys[at] is not { Until: { } until, Revoked: null } || !Last.Equals(statement.Other)
            || until.Size != statement.Size || !until.Root.Span.SequenceEqual(statement.Root.Span))
        {
            return KeyChainFault.Broken;
        }

        keys[at] = keys[at] with { Revoked = statement };
        return null;
    }
}
