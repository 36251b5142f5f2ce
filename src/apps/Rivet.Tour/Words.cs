using System.Globalization;
using System.Resources;

namespace Rivet.Tour;

/// <summary>The tour's sentences in the reader's language (LANG).</summary>
internal static class Words
{
    private static readonly ResourceManager Texts = new("Rivet.Tour.Resources.Words", typeof(Words).Assembly);

    public static string Of(string key, params object[] values)
    {
        var text = Texts.GetString(key, CultureInfo.CurrentUICulture) ?? throw new MissingManifestResourceException(key);
        return values.Length == 0 ? text : string.Format(CultureInfo.CurrentCulture, text, values);
    }
}
