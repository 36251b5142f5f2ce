using System.Globalization;
using System.Resources;

namespace Rivet.Mail;

/// <summary>Names the texts of Mail (MailText.resx, MailText.zh-CN.resx).</summary>
public sealed class MailText;

/// <summary>The texts in a language of one's own, where no page decides it.</summary>
internal sealed class MailWords(CultureInfo culture)
{
    private static readonly ResourceManager Texts = new(typeof(MailText).FullName!, typeof(MailText).Assembly);

    public string this[string key] => Texts.GetString(key, culture) ?? throw new MissingManifestResourceException(key);

    public string Of(string key, params object[] values) => string.Format(culture, this[key], values);
}
