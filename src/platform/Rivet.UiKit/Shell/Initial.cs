using System.Globalization;

namespace Rivet.UiKit;

/// <summary>What stands for a person where there is no picture.</summary>
public static class Initial
{
    /// <summary>The first character of the name, as a reader sees it; a Chinese name is called by its last one.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var letters = new StringInfo(name.Trim());
        if (letters.LengthInTextElements == 0)
        {
            return "·";
        }

        var first = letters.SubstringByTextElements(0, 1);
        return first[0] is >= '\u4E00' and <= '\u9FFF' && letters.LengthInTextElements <= 4
            ? letters.SubstringByTextElements(letters.LengthInTextElements - 1, 1)
            : first.ToUpper(CultureInfo.CurrentCulture);
    }
}
