using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Web.Chat;

/// <summary>A line of the conversation list; one-to-one it has the other person, and whether they are here.</summary>
public sealed record ListedConversation(ConversationId Id, Conversation Conversation, string Name, int Unread, string Preview, DateTimeOffset Last, PersonId? Other, bool Here);

/// <summary>A row of the timeline: a line of the log, and what stands above it.</summary>
public sealed record ShownRow(TimelineItem Item, bool Continues, DateOnly? Day, bool FirstUnread);

/// <summary>Rows that come and go together; the number is theirs for ever.</summary>
public sealed record ShownGroup(int Number, IReadOnlyList<ShownRow> Rows);

/// <summary>Makes the rows of a part of a timeline, again and again: what is asked of every line each time is remembered.</summary>
internal sealed class Rows(TimeZoneInfo zone)
{
    /// <summary>Lines of a group.</summary>
    public const int GroupSize = 6;

    private static readonly TimeSpan OneBreath = TimeSpan.FromMinutes(5);
    private readonly Dictionary<ulong, DateOnly> days = [];

    /// <summary>The first post of somebody else behind what was read; 0 when there is none.</summary>
    public static ulong FirstUnread(Timeline timeline, ulong readUpTo, PersonId self)
    {
        // Lines are in the order of their sequences: only those behind the position are looked at.
        for (var at = FirstBehind(timeline.Items, readUpTo); at < timeline.Items.Count; at++)
        {
            if (timeline.Items[at] is { Kind: TimelineKind.Post, Thread: 0 } item && item.Author != self)
            {
                return item.Sequence;
            }
        }

        return 0;
    }

    /// <summary>Rows of the lines from one place up to another; those of a thread stand in its pane.</summary>
    public List<ShownGroup> Of(Timeline timeline, int from, int to, ulong firstUnread)
    {
        var groups = new List<ShownGroup>();
        List<ShownRow> rows = [];
        TimelineItem? before = null;
        for (var at = from; at < to; at++)
        {
            if (groups.Count == 0 || at % GroupSize == 0)
            {
                rows = new List<ShownRow>(GroupSize);
                groups.Add(new ShownGroup(at / GroupSize, rows));
            }

            var item = timeline.Items[at];
            if (item.Thread != 0)
            {
                continue;
            }

            var day = DayOf(item);
            var isFirstUnread = item.Sequence == firstUnread;
            var newDay = before is null || DayOf(before) != day;
            var continues = !newDay && !isFirstUnread && before is { Kind: TimelineKind.Post } && item.Kind is TimelineKind.Post
                && before.Author == item.Author && item.OwnTime - before.OwnTime < OneBreath && !item.Emote && !before.Emote;
            rows.Add(new ShownRow(item, continues, newDay ? day : null, isFirstUnread));
            before = item;
        }

        return groups;
    }

    private static int FirstBehind(IReadOnlyList<TimelineItem> items, ulong sequence)
    {
        var (low, high) = (0, items.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = items[middle].Sequence > sequence ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private DateOnly DayOf(TimelineItem item)
    {
        if (!days.TryGetValue(item.Sequence, out var day))
        {
            days[item.Sequence] = day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(item.OwnTime, zone).DateTime);
        }

        return day;
    }
}
