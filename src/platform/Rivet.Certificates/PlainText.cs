using System.Globalization;
using System.Text;

namespace Rivet.Certificates;

/// <summary>Text of others, fit for a log line and a terminal: one line, bounded, nothing in it is obeyed.</summary>
internal static class PlainText
{
    public const int MaxLength = 300;

    /// <summary>Control characters, direction changes and other invisible signs become a dot, and what is too long ends in an ellipsis.</summary>
    public static string Of(string? text)
    {
        var safe = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (safe.Length > MaxLength - 2)
            {
                return safe.Append('…').ToString();
            }

            safe.Append(Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => " ",
                UnicodeCategory.Control => rune.Value is '\n' or '\r' or '\t' ? " " : "·",
                UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => "·",
                _ => rune.ToString(),
            });
        }

        return safe.ToString();
    }
}
