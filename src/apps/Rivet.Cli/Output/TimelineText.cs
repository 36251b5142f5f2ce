using System.Globalization;
using Rivet.Client;

namespace Rivet.Cli;

/// <summary>A line of a timeline in words, safe to print.</summary>
internal sealed class TimelineText(Names names, Words words, TimeZoneInfo zone)
{
    public string When(DateTimeOffset time, string format) => TimeZoneInfo.ConvertTime(time, zone).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>What was said or happened, without who and when.</summary>
    public string What(TimelineItem item) => item.Kind switch
    {
        TimelineKind.Joined => words["line.joined", names.Person(item.Subject)],
        TimelineKind.Left => words["line.left", names.Person(item.Subject)],
        TimelineKind.Titled => words["line.titled", Plain.Line(item.Text)],
        TimelineKind.Expired => words[item.Several ? "line.expired-several" : "line.expired"],
        TimelineKind.Unreadable => words["line.unreadable"],
        _ when item.Recalled => words["line.recalled"],
        _ when item.Seal is not (SealState.None or SealState.Opened) => Closed(item.Seal),
        _ when item.Opaque => words["line.opaque"],
        _ => Plain.Lines(item.Text) + (item.Edited ? $" {words["line.edited"]}" : ""),
    };

    /// <summary>Why a message sealed by the company's own keys shows nothing.</summary>
    public string Closed(SealState seal) => seal is SealState.Waiting ? words["line.sealed.Waiting", names.KeyServerReason] : words.Kind("line.sealed", seal);

    /// <summary>Files and reactions, each a line of its own.</summary>
    public IEnumerable<string> Below(TimelineItem item)
    {
        foreach (var file in item.Attachments)
        {
            yield return words["line.file", Plain.Line(file.Name), Size(file.Size)];
        }

        if (item.Reactions.Count > 0)
        {
            yield return string.Join("  ", item.Reactions.Select(reaction => $"{Plain.Line(reaction.Emoji)} {reaction.People.Count}"));
        }
    }

    /// <summary>The whole item: <c>#12  2026-03-01 09:15  Ana: hello</c> and what hangs below it.</summary>
    public IEnumerable<string> Whole(TimelineItem item)
    {
        var mark = item.Seal is SealState.None ? "" : $" {words["line.sealed-mark"]}";
        var who = item.Kind is not TimelineKind.Post ? "· "
            : item.Emote ? $"* {names.Person(item.Author)}{mark} "
            : $"{names.Person(item.Author)}{mark}: ";
        var thread = item.Thread == 0 ? "" : $"↳#{item.Thread} ";
        var head = string.Create(CultureInfo.InvariantCulture, $"#{item.Sequence}  {When(item.OwnTime, "yyyy-MM-dd HH:mm")}  {thread}{who}");
        var first = true;
        foreach (var line in What(item).Split('\n').Concat(Below(item)))
        {
            yield return first ? head + line : "      " + line;
            first = false;
        }
    }

    private static string Size(ulong bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0.#} MiB"),
    };
}
