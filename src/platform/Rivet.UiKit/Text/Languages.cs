using System.Globalization;

namespace Rivet.UiKit;

/// <summary>The languages of the pages.</summary>
public static class Languages
{
    /// <summary>English and simplified Chinese, each with its name in its own language.</summary>
    public static IReadOnlyList<Language> All { get; } = [new("en", "English"), new("zh-CN", "简体中文")];

    /// <summary>
    /// The language for one the reader asked for, such as <c>zh-Hans-SG</c> or <c>en-GB</c>: any Chinese reads
    /// simplified Chinese, anything else English. Null when it is neither, so that the reader's next wish is looked at.
    /// </summary>
    public static string? Match(string? wanted)
    {
        var primary = wanted?.Split('-', '_')[0];
        return string.Equals(primary, "zh", StringComparison.OrdinalIgnoreCase) ? "zh-CN"
            : string.Equals(primary, "en", StringComparison.OrdinalIgnoreCase) ? "en"
            : null;
    }

    /// <summary>The language of a culture; English when it is none of ours.</summary>
    public static string Of(CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(culture);
        return Match(culture.Name) ?? "en";
    }
}

/// <summary>A language of the pages.</summary>
/// <param name="Code">The culture, such as <c>zh-CN</c>.</param>
/// <param name="Name">Its own name.</param>
public sealed record Language(string Code, string Name);
