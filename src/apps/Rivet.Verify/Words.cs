using System.Globalization;
using System.Resources;

namespace Rivet.Verify;

/// <summary>The verifier's sentences in the reader's language (LANG).</summary>
internal static class Words
{
    private static readonly ResourceManager Texts = new("Rivet.Verify.Resources.Words", typeof(Words).Assembly);

    public static string Of(string key, params object[] values)
    {
        var text = Texts.GetString(key, CultureInfo.CurrentUICulture) ?? throw new MissingManifestResourceException(key);
        return values.Length == 0 ? text : string.Format(CultureInfo.CurrentCulture, text, values);
    }

    public static CultureInfo LanguageOf(string? locale)
        => CultureInfo.GetCultureInfo(locale?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? "zh-CN" : "en");
}
