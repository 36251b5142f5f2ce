using System.Globalization;
using System.Text;

namespace Rivet.Cli;

/// <summary>
/// Makes text of others safe to print: what a terminal would obey (control characters, escape sequences) or what would
/// turn the line round (bidirectional overrides) is shown as a visible sign instead.
/// </summary>
internal static class Plain
{
    /// <summary>One line: line breaks and tabs become spaces.</summary>
    public static string Line(string text) => Neutralise(text, keepLines: false);

    /// <summary>Several lines: line feeds stay, tabs become spaces.</summary>
    public static string Lines(string text) => Neutralise(text.ReplaceLineEndings("\n"), keepLines: true);

    private static string Neutralise(string text, bool keepLines)
    {
        if (!NeedsWork(text, keepLines))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n' && keepLines)
            {
                safe.Append('\n');
            }
            else if (rune.Value is '\t' or '\n' or '\r' or 0x2028 or 0x2029)
            {
                safe.Append(' ');
            }
            else if (rune.Value < 0x20)
            {
                safe.Append((char)(0x2400 + rune.Value));
            }
            else
            {
                safe.Append(IsDangerous(rune) ? "\u00B7" : rune.ToString());
            }
        }

        return safe.ToString();
    }

    private static bool NeedsWork(string text, bool keepLines)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if ((rune.Value < 0x20 && !(keepLines && rune.Value == '\n')) || IsDangerous(rune) || rune.Value is 0x2028 or 0x2029)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>C1 controls, DEL, bidirectional controls, invisible format characters but the joiners that emoji and scripts need, tags.</summary>
    private static bool IsDangerous(Rune rune)
        => rune.Value is 0x7F
            || Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Control => rune.Value >= 0x20,
                UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
                UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse => true,
                _ => false,
            };
}
