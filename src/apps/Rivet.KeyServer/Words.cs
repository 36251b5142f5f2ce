using System.Globalization;
using System.Resources;

namespace Rivet.KeyServer;

/// <summary>The key server's sentences in the reader's language (LANG).</summary>
internal static class Words
{
    private static readonly ResourceManager Texts = new("Rivet.KeyServer.Resources.Words", typeof(Words).Assembly);

    public static string Of(string key, params object[] values)
    {
        var text = Texts.GetString(key, CultureInfo.CurrentUICulture) ?? throw new MissingManifestResourceException(key);
        return values.Length == 0 ? text : string.Format(CultureInfo.CurrentCulture, text, values);
    }

    public static CultureInfo LanguageOf(string? locale)
        => CultureInfo.GetCultureInfo(locale?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? "zh-CN" : "en");
}
