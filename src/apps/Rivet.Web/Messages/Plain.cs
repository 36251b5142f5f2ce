using System.Globalization;

namespace Rivet.Web.Messages;

/// <summary>Names and titles as they may stand beside our own words.</summary>
internal static class Plain
{
    /// <summary>One line without control characters and without those that turn the direction of what follows (Unicode UAX #9, UTS #39).</summary>
    public static string Line(string text)
    {
        var kept = string.Create(text.Length, text, static (to, from) =>
        {
            for (var at = 0; at < from.Length; at++)
            {
                to[at] = char.GetUnicodeCategory(from[at]) switch
                {
                    UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => ' ',
                    UnicodeCategory.Format when from[at] is not ('\u200D' or '\u200C') => '\uFFFD',
                    _ => from[at],
                };
            }
        });
        return kept.Trim();
    }
}
