using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Rivet.Transparency;

/// <summary>Statements about a log's keys as one file, oldest first: notes one behind the other, an empty line between two.</summary>
public static class KeyStatementFile
{
    /// <summary>The longest file, in bytes.</summary>
    public const int Longest = 256 * 1024;

    /// <summary>The most statements of a log.</summary>
    public const int Most = 256;

    /// <summary>The file; empty for none.</summary>
    public static string Write(IEnumerable<SignedNote> statements) => string.Join('\n', statements);

    /// <summary>Reads a file. Says nothing of who signed; bytes that are none give false.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out IReadOnlyList<SignedNote>? statements)
    {
        statements = null;
        if (bytes.Length > Longest)
        {
            return false;
        }

        // Neither a statement's text nor its signatures have empty lines, so that every second one parts two notes.
        var found = new List<SignedNote>();
        var parts = bytes.IsEmpty ? [] : Encoding.UTF8.GetString(bytes).Split("\n\n");
        for (var at = 0; at < parts.Length; at += 2)
        {
            var isLast = at + 2 == parts.Length;
            if (found.Count == Most || at + 1 == parts.Length
                || !SignedNote.TryParse(Encoding.UTF8.GetBytes($"{parts[at]}\n\n{parts[at + 1]}{(isLast ? "" : "\n")}"), out var note))
            {
                return false;
            }

            found.Add(note);
        }

        statements = found;
        return Encoding.UTF8.GetBytes(Write(found)).AsSpan().SequenceEqual(bytes);
    }
}
