using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Web.Chat;

/// <summary>A line of the conversation list; one-to-one it has the other person, and whether they are here.</summary>
public sealed record ListedConversation(ConversationId Id, Conversation Conversation, string Name, int Unread, string Preview, DateTimeOffset Last, PersonId? Other, bool Here);

/// <summary>A row of the timeline: a line of the log, and what stands above it.</summary>
public sealed record ShownRow(TimelineItem Item, bool Continues, DateOnly? Day, bool FirstUnread);

/// <summary>Makes the rows of a part of a timeline.</summary>
internal static class Rows
{
    private static readonly TimeSpan OneBreath = TimeSpan.FromMinutes(5);

    /// <summary>Rows of the last <paramref name="most"/> lines; those of a thread stand in its pane.</summary>
    public static List<ShownRow> Of(Timeline timeline, int most, ulong readUpTo, PersonId self, TimeZoneInfo zone)
    {
        var rows = new List<ShownRow>(most);
        var from = Math.Max(0, timeline.Items.Count - most);
        TimelineItem? before = null;
        var unreadMet = false;
        for (var at = from; at < timeline.Items.Count; at++)
        {
            var item = timeline.Items[at];
            if (item.Thread != 0)
            {
                continue;
            }

            var day = DayOf(item, zone);
            var firstUnread = !unreadMet && item.Sequence > readUpTo && item.Kind is TimelineKind.Post && item.Author != self;
            unreadMet |= firstUnread;
            var newDay = before is null || DayOf(before, zone) != day;
            var continues = !newDay && !firstUnread && before is { Kind: TimelineKind.Post } && item.Kind is TimelineKind.Post
                && before.Author == item.Author && item.OwnTime - before.OwnTime < OneBreath && !item.Emote && !before.Emote;
            rows.Add(new ShownRow(item, continues, newDay ? day : null, firstUnread));
            before = item;
        }

        return rows;
    }

    private static DateOnly DayOf(TimelineItem item, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(item.OwnTime, zone).DateTime);
}
