using Google.Protobuf;

namespace Rivet.Client.Slack;

/// <summary>How a channel becomes a conversation.</summary>
internal static class Conversations
{
    private const int MaxTitle = 200;

    /// <summary>Its name; for direct and group messages the names of who takes part.</summary>
    public static string Title(SlackChannel channel, IReadOnlyDictionary<string, SlackPerson> people)
    {
        var names = channel.Members.Select(member => people.TryGetValue(member, out var person) ? person.Name : member);
        var title = channel.IsDirect ? string.Join(", ", names) : channel.Title;
        return Title(title.Length > 0 ? title : channel.Title);
    }

    public static string Title(string text)
    {
        var title = text.Trim();
        return title.Length <= MaxTitle
            ? title
            : string.Concat(title.AsSpan(0, MaxTitle - 1 - (char.IsHighSurrogate(title[MaxTitle - 2]) ? 1 : 0)), "…");
    }

    public static IEnumerable<ByteString> Members(SlackChannel channel, Roster roster)
        => channel.Members.Distinct(StringComparer.Ordinal).Select(roster.Find)
            .Where(person => person is not null).Select(person => person!.Value.PersonId);
}
