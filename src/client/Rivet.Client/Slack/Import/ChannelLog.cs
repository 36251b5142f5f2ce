using System.Globalization;
using Google.Protobuf;

namespace Rivet.Client.Slack;

/// <summary>
/// What was made of a channel's records so far: which external ids are taken and what a later record may point at.
/// A time stamp names a record; the second with the same stamp is STAMP#2, so that every record is kept.
/// </summary>
internal sealed class ChannelLog
{
    private readonly Dictionary<SlackTime, Slot> slots = [];

    public string NextId(SlackTime time)
    {
        var count = slots.TryGetValue(time, out var slot) ? slot.Count + 1 : 1;
        slots[time] = slot with { Count = count };
        return count == 1 ? time.ToString() : string.Create(CultureInfo.InvariantCulture, $"{time}#{count}");
    }

    /// <summary>Remembers the first post of a time stamp as what replies, edits and deletions mean.</summary>
    public void Remember(SlackTime time, string id, ByteString author, string text)
    {
        var slot = slots[time];
        if (slot.Post is null)
        {
            slots[time] = slot with { Post = new LoggedPost(id, author, string.GetHashCode(text, StringComparison.Ordinal)) };
        }
    }

    public void TextBecame(SlackTime time, string text)
    {
        var slot = slots[time];
        slots[time] = slot with { Post = slot.Post! with { TextHash = string.GetHashCode(text, StringComparison.Ordinal) } };
    }

    public LoggedPost? Find(SlackTime? time) => time is { } at && slots.TryGetValue(at, out var slot) ? slot.Post : null;

    private readonly record struct Slot(int Count, LoggedPost? Post);
}

/// <summary>A post that was made of a record.</summary>
internal sealed record LoggedPost(string Id, ByteString Author, int TextHash)
{
    public bool Says(string text) => TextHash == string.GetHashCode(text, StringComparison.Ordinal);
}
