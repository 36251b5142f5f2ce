using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Rivet.Identity.People;

/// <summary>
/// The name of a company, person or device: 1 to 100 UTF-16 units in form NFC without control characters, direction
/// overrides, invisible formatting or line separators, so that no name can pass for another's or disturb a terminal.
/// </summary>
internal sealed record DisplayName
{
    public const int MaxLength = 100;

    private DisplayName(string value) => Value = value;

    public string Value { get; }

    /// <summary>Reads what a person typed; space around it does not count.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DisplayName? name)
    {
        name = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 4 * MaxLength || !text.EnumerateRunes().All(IsAllowed) || HasLoneSurrogate(text))
        {
            return false;
        }

        var value = text.Trim().Normalize(NormalizationForm.FormC);
        if (value.Length > MaxLength || !value.EnumerateRunes().Any(IsVisible))
        {
            return false;
        }

        name = new DisplayName(value);
        return true;
    }

    /// <summary>Makes the best name of what an archive holds: drops what is not allowed and cuts what is too long.</summary>
    public static DisplayName Clean(string text, string otherwise)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsAllowed(rune) && rune != Rune.ReplacementChar)
            {
                kept.Append(rune.ToString());
            }

            if (kept.Length >= MaxLength)
            {
                break;
            }
        }

        var cut = kept.ToString().Normalize(NormalizationForm.FormC);
        return TryParse(CutAt(cut, MaxLength), out var name) || TryParse(otherwise, out name)
            ? name
            : new DisplayName("?");
    }

    private static string CutAt(string text, int length)
        => text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    private static bool IsAllowed(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,

        // Only the joiners that scripts and emoji need: U+200C and U+200D.
        UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,
        _ => true,
    };

    private static bool IsVisible(Rune rune) => !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not UnicodeCategory.Format
        and not UnicodeCategory.NonSpacingMark and not UnicodeCategory.EnclosingMark;

    /// <summary>Enumerating runes turns a lone surrogate into U+FFFD, which is allowed as itself.</summary>
    private static bool HasLoneSurrogate(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            {
                index++;
            }
            else if (char.IsSurrogate(text[index]))
            {
                return true;
            }
        }

        return false;
    }
}
