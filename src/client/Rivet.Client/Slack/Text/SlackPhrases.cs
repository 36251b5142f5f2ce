using System.Globalization;

namespace Rivet.Client.Slack;

/// <summary>
/// The few sentences that take the place of what an archive holds in another form; {0} and {1} are filled in. They
/// become part of the history, in the language of whoever imports first.
/// </summary>
internal sealed record SlackPhrases(
    string Topic, string Purpose, string FileMissing, string FileDeleted, string FileTooLarge, string Nobody)
{
    private static readonly SlackPhrases English = new(
        "set the topic: {0}",
        "set the purpose: {0}",
        "📎 {0} ({1}): not in the archive",
        "📎 {0}: deleted before the export",
        "📎 {0} ({1}): too large to import",
        "Slack");

    private static readonly SlackPhrases Chinese = new(
        "将主题设为:{0}",
        "将用途设为:{0}",
        "📎 {0}({1}):不在归档中",
        "📎 {0}:导出前已删除",
        "📎 {0}({1}):过大,未导入",
        "Slack");

    public static SlackPhrases In(CultureInfo culture) => culture.TwoLetterISOLanguageName == "zh" ? Chinese : English;

    public static string Size(long bytes) => bytes switch
    {
        < 1 => "?",
        < 1_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
    };
}
