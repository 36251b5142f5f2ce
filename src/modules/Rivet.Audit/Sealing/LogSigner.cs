using Rivet.Audit.Entries;
using Rivet.Transparency;

namespace Rivet.Audit.Sealing;

/// <summary>
/// Signs a log's checkpoints with its key, and for some time with those before it too: whoever holds an old key and has not heard yet goes on reading. A
/// revoked key signs nothing.
/// </summary>
/// <param name="keys">All keys of the log, oldest first.</param>
/// <param name="chain">The same as others see them.</param>
/// <param name="statements">What was said of them.</param>
/// <param name="oldKeySigns">How long a key signs beside its successor.</param>
/// <param name="time">The server's clock.</param>
internal sealed class LogSigner(IReadOnlyList<LogKey> keys, KeyChain chain, IReadOnlyList<SignedNote> statements, TimeSpan oldKeySigns, TimeProvider time)
{
    /// <summary>A checkpoint stays small, however often somebody rotates.</summary>
    private const int MostOldKeys = 3;

    /// <summary>The key that is the log's now; its name is the log's origin.</summary>
    public NoteKey Note => chain.Last;

    public IReadOnlyList<LogKey> Keys => keys;

    public KeyChain Chain => chain;

    public IReadOnlyList<SignedNote> Statements => statements;

    /// <summary>The signed checkpoint of a tree: the log's key first.</summary>
    /// <exception cref="LogUnavailableException">The vault does not sign now.</exception>
    public async ValueTask<string> SignAsync(CompactTree tree, CancellationToken ct)
    {
        var checkpoint = new Checkpoint { Origin = Note.Name, Size = tree.Count, Root = tree.Root() };
        var note = await SignAsync(checkpoint, keys[^1], ct);
        foreach (var old in OldKeys())
        {
            note = note with { Signatures = [.. note.Signatures, .. (await SignAsync(checkpoint, old, ct)).Signatures] };
        }

        return note.ToString();
    }

    public static async ValueTask<SignedNote> SignAsync(Checkpoint checkpoint, LogKey key, CancellationToken ct)
        => await checkpoint.SignAsync(key, ct) ?? throw new LogUnavailableException("The vault does not sign the log's checkpoint.");

    /// <summary>The newest first.</summary>
    private IEnumerable<LogKey> OldKeys()
    {
        var now = time.GetUtcNow();
        return keys.Where((_, at) => chain.Keys[at] is { Until: { } until, Revoked: null } && now - until.At < oldKeySigns).Reverse().Take(MostOldKeys);
    }
}
