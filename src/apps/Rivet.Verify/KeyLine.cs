using System.Text;
using Rivet.Transparency;

namespace Rivet.Verify;

/// <summary>Keys as they are handed around: a line, or a file with nothing but that line.</summary>
internal static class KeyLine
{
    /// <summary>A key in its one spelling, with a line's end or without; null for anything else.</summary>
    public static NoteKey? Read(byte[]? bytes, NoteKeyKind kind)
    {
        var text = bytes is null ? "" : Encoding.UTF8.GetString(bytes);
        var line = text.EndsWith('\n') ? text[..^1] : text;
        return NoteKey.TryParse(line, out var key) && key.Kind == kind && key.ToString() == line ? key : null;
    }

    /// <summary>The statements in a file that somebody named: they came by another way than the log.</summary>
    /// <exception cref="VerifyException">It holds none.</exception>
    public static IReadOnlyList<SignedNote> StatementsOf(string file)
        => KeyStatementFile.TryRead(new MirrorFolder(Environment.CurrentDirectory).Read(file, KeyStatementFile.Longest).Bytes, out var statements) && statements.Count > 0
            ? statements
            : throw new VerifyException(Words.Of("statements.wrong", file));

    /// <summary>A key that somebody typed: the line itself or where it is.</summary>
    /// <exception cref="VerifyException">There is none.</exception>
    public static NoteKey Of(string lineOrFile, NoteKeyKind kind)
    {
        if (Read(Encoding.UTF8.GetBytes(lineOrFile.Trim()), kind) is { } key)
        {
            return key;
        }

        var reading = new MirrorFolder(Environment.CurrentDirectory).Read(lineOrFile, MirrorFolder.LongestKey);
        return Read(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(reading.Bytes ?? []).Trim()), kind)
            ?? throw new VerifyException(Words.Of(kind is NoteKeyKind.Ed25519 ? "key.wrong" : "witness.wrong", lineOrFile));
    }
}
