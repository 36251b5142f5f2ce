using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Rivet.Transparency;

/// <summary>What is wrong with a receipt, before anybody asks who signed it.</summary>
public enum ReceiptFault
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The entry is of another kind, or of something that failed.</summary>
    NotADestruction = 1,

    /// <summary>The entry does not commit to what the receipt shows as its content.</summary>
    OtherContent = 2,

    /// <summary>The proof does not lead from the entry to the checkpoint's root.</summary>
    NotIncluded = 3,
}

/// <summary>
/// Shows to whoever trusts a log's key that something was destroyed (docs/protocol/receipt.md): one entry with what it seals, its inclusion proof, the
/// signed checkpoint and the statements about the log's keys. Text with one spelling: the lines that say it in clear are derived from the rest and compared byte by byte.
/// </summary>
public sealed class DestructionReceipt
{
    /// <summary>The longest receipt, in bytes.</summary>
    public const int Longest = 512 * 1024;

    private const string Head = "rivet-receipt/1";
    private const int MostHashes = 64;
    private const int IdSize = 16;
    private const long LastMs = 253_402_300_799_999;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private DestructionReceipt(long index, byte[] bytes, LogEntry entry, byte[] salt, byte[] contentBytes, EntryContent content, Checkpoint checkpoint)
        => (Index, Bytes, Entry, Salt, ContentBytes, Content, Checkpoint) = (index, bytes, entry, salt, contentBytes, content, checkpoint);

    /// <summary>The entry's place in its log, from 0.</summary>
    public long Index { get; }

    /// <summary>The entry as stored: what the leaf hash is of.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What it says openly.</summary>
    public LogEntry Entry { get; }

    /// <summary>The salt of its commitment.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>What it seals, as it is committed to.</summary>
    public ReadOnlyMemory<byte> ContentBytes { get; }

    /// <summary>The same, read.</summary>
    public EntryContent Content { get; }

    /// <summary>The inclusion proof.</summary>
    public required IReadOnlyList<byte[]> Path { get; init; }

    /// <summary>The checkpoint as it was signed, with whatever witnesses said.</summary>
    public required SignedNote Note { get; init; }

    /// <summary>The checkpoint, read.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>The key that the receipt says is the log's; trust comes from elsewhere.</summary>
    public required NoteKey Key { get; init; }

    /// <summary>Statements about the log's keys, oldest first.</summary>
    public required IReadOnlyList<SignedNote> Statements { get; init; }

    /// <summary>When it was recorded to have happened, by the server's clock.</summary>
    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(Entry.AtMs);

    /// <summary>Makes a receipt; null when a part is not of its form. Nothing is judged yet.</summary>
    public static DestructionReceipt? Of(
        long index, ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> salt, ReadOnlyMemory<byte> content, IReadOnlyList<byte[]> path, SignedNote note, NoteKey key,
        IReadOnlyList<SignedNote> statements)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(key);
        return index >= 0 && LogEntry.TryRead(entry, out var read) && read.AtMs <= LastMs && salt.Length == EntryCommitment.SaltSize
            && EntryContent.Read(content) is { } said && path.Count <= MostHashes && path.All(hash => hash.Length == TreeHash.Size)
            && Checkpoint.TryParse(note.Text, out var checkpoint) && key.Kind is NoteKeyKind.Ed25519 && key.Name == checkpoint.Origin
            ? new(index, entry.ToArray(), read, salt.ToArray(), content.ToArray(), said, checkpoint) { Path = path, Note = note, Key = key, Statements = statements }
            : null;
    }

    /// <summary>Reads a receipt. Whatever is not exactly one gives false; nothing is judged yet.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DestructionReceipt? receipt)
    {
        receipt = null;
        if (bytes.Length is 0 or > Longest || Decode(bytes) is not { } text)
        {
            return false;
        }

        var lines = new Lines(text.Split('\n'));
        var index = lines.Skip("index ");
        if (!long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            || !Base64.TryRead(lines.Skip("entry "), out var entry) || !Base64.TryRead(lines.Next("salt "), out var salt) || !Base64.TryRead(lines.Next("content "), out var content))
        {
            return false;
        }

        var path = new List<byte[]>();
        while (lines.TryNext("hash ", out var hash))
        {
            if (path.Count == MostHashes || !Base64.TryRead(hash, out var node))
            {
                return false;
            }

            path.Add(node);
        }

        if (!Base64.TryRead(lines.Next("checkpoint "), out var noteBytes) || !SignedNote.TryParse(noteBytes, out var note) || !NoteKey.TryParse(lines.Next("key "), out var key))
        {
            return false;
        }

        IReadOnlyList<SignedNote>? statements = [];
        if (lines.TryNext("keys ", out var said) && (!Base64.TryRead(said, out var file) || !KeyStatementFile.TryRead(file, out statements)))
        {
            return false;
        }

        var found = Of(place, entry, salt, content, path, note, key, statements);
        receipt = found is not null && found.ToString() == text ? found : null;
        return receipt is not null;
    }

    /// <summary>Judges everything that needs no key: the kind, what the entry commits to, and the way to the checkpoint's root.</summary>
    public ReceiptFault Judge()
    {
        if (!DestructionKinds.Contains(Entry.Kind) || Entry.Outcome != 1)
        {
            return ReceiptFault.NotADestruction;
        }

        if (!EntryCommitment.TrySplit(Entry.Sealed, out var commitment, out _) || !commitment.AsSpan().SequenceEqual(EntryCommitment.Of(Salt.Span, ContentBytes.Span)))
        {
            return ReceiptFault.OtherContent;
        }

        Span<byte> leaf = stackalloc byte[TreeHash.Size];
        TreeHash.Leaf(Bytes.Span, leaf);
        return InclusionProof.Verify(Index, Checkpoint.Size, leaf, Path, Checkpoint.Root.Span) ? ReceiptFault.None : ReceiptFault.NotIncluded;
    }

    /// <summary>The one spelling.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Head).Append('\n');
        Line("log", Checkpoint.Origin);
        Line("index", Number(Index));
        Line("event", Entry.Id.ToString("N"));
        Line("kind", $"{Entry.Kind} {Number(Entry.Version)}");
        Line("time", At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Line("outcome", Entry.Outcome == 1 ? "success" : "failure");
        Line("company", IdOf(Content.TargetCompany));
        Line("target", $"{Quoted(Content.TargetKind)} {IdOf(Content.Target)}");
        foreach (var (name, value) in Content.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal))
        {
            Line("detail", $"{Quoted(name)} {Quoted(value)}");
        }

        Line("entry", Convert.ToBase64String(Bytes.Span));
        Line("salt", Convert.ToBase64String(Salt.Span));
        Line("content", Convert.ToBase64String(ContentBytes.Span));
        foreach (var hash in Path)
        {
            Line("hash", Convert.ToBase64String(hash));
        }

        Line("checkpoint", Convert.ToBase64String(Encoding.UTF8.GetBytes(Note.ToString())));
        Line("key", Key.ToString());
        if (Statements.Count > 0)
        {
            Line("keys", Convert.ToBase64String(Encoding.UTF8.GetBytes(KeyStatementFile.Write(Statements))));
        }

        return text.ToString();

        void Line(string name, string value) => text.Append(name).Append(' ').Append(value).Append('\n');
    }

    /// <summary>Printable ASCII stands for itself, all else as four hexadecimal digits of UTF-16: no value ends a line, and no terminal obeys one.</summary>
    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var character in value)
        {
            if (character is >= ' ' and <= '~' and not ('"' or '\\'))
            {
                text.Append(character);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
        }

        return text.Append('"').ToString();
    }

    private static string IdOf(ReadOnlyMemory<byte> id) => id.Length == IdSize ? Convert.ToHexStringLower(id.Span) : "-";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The lines one after the other. A line that is missing is an empty value, which nothing takes for one.</summary>
    private sealed class Lines(string[] lines)
    {
        private int at;

        public string Next(string name) => TryNext(name, out var value) ? value : "?";

        public bool TryNext(string name, out string value)
        {
            value = "?";
            if (at >= lines.Length || !lines[at].StartsWith(name, StringComparison.Ordinal))
            {
                return false;
            }

            value = lines[at++][name.Length..];
            return true;
        }

        /// <summary>The next line of this name, past others.</summary>
        public string Skip(string name)
        {
            while (at < lines.Length && !lines[at].StartsWith(name, StringComparison.Ordinal))
            {
                at++;
            }

            return Next(name);
        }
    }
}
