using System.Globalization;
using System.Text;

namespace Rivet.Identity.People;

/// <summary>
/// The short name by which a person is mentioned, unique in the company: 1 to 40 lower-case letters and digits of any
/// script, with single dots, hyphens and underscores between them (form NFKC).
/// </summary>
internal sealed record Handle
{
    public const int MaxLength = 40;
    private const int RoomForNumber = 8;

    private Handle(string value) => Value = value;

    public string Value { get; }

    /// <summary>Makes a handle of a name or of an archive's handle; <c>person</c> where nothing of it can serve.</summary>
    public static Handle From(string text)
    {
        var kept = new StringBuilder();
        foreach (var rune in Compatible(text).EnumerateRunes())
        {
            if (IsWord(rune))
            {
                kept.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (kept.Length > 0 && kept[^1] is not ('.' or '-' or '_'))
            {
                kept.Append(rune.Value is '.' or '-' or '_' ? (char)rune.Value : '.');
            }

            if (kept.Length >= MaxLength - RoomForNumber)
            {
                break;
            }
        }

        var value = kept.ToString().TrimEnd('.', '-', '_');
        return new Handle(value.Length == 0 ? "person" : value);
    }

    /// <summary>The handle itself, then with 2, 3, … behind it.</summary>
    public Handle Numbered(int number)
        => number <= 1 ? this : new Handle(string.Create(CultureInfo.InvariantCulture, $"{Value}{number}"));

    /// <summary>Normalised; what is no Unicode text is replaced first.</summary>
    private static string Compatible(string text)
        => string.Concat(text.EnumerateRunes().Take(4 * MaxLength).Select(rune => rune.ToString())).Normalize(NormalizationForm.FormKC);

    private static bool IsWord(Rune rune) => rune != Rune.ReplacementChar && (Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
}
