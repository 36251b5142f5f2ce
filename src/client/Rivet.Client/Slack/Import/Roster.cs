using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Client.Slack;

/// <summary>The people of an archive and who they are on the server.</summary>
internal sealed class Roster
{
    /// <summary>Stands for records that name no author.</summary>
    public const string Nobody = "nobody";

    private readonly Dictionary<string, Named> known = new(StringComparer.Ordinal);

    public Named? Find(string id) => known.TryGetValue(id, out var named) ? named : null;

    public bool Has(string id) => known.ContainsKey(id);

    public ByteString IdOf(string? author) => known[author ?? Nobody].PersonId;

    public void Add(ImportedPerson person, ByteString id) => known[person.ExternalId] = new Named(person.Handle, id);

    public static ImportedPerson Of(SlackPerson person) => Of(person.Id, person.Name, person.Handle);

    public static ImportedPerson Of(string id, string name, string handle) => new()
    {
        ExternalId = id,
        Name = Clip(name),
        Handle = Clip(handle),
    };

    /// <summary>Authors and people who reacted whom the list of people lacks: bots, and guests of shared channels.</summary>
    public IEnumerable<ImportedPerson> MissingOf(SlackRecord record, SlackPhrases phrases)
    {
        // A change or deletion is its post's author's doing.
        var isPost = record.Kind is not (SlackRecordKind.Skipped or SlackRecordKind.Changed or SlackRecordKind.Deleted);
        if (isPost && !Has(record.Author ?? Nobody))
        {
            var name = record.AuthorName ?? record.Author ?? phrases.Nobody;
            yield return Of(record.Author ?? Nobody, name, name);
        }

        foreach (var user in record.Reactions.SelectMany(reaction => reaction.Users).Where(user => !Has(user)))
        {
            yield return Of(user, user, user);
        }

        foreach (var person in record is { Kind: SlackRecordKind.Changed, Before: { } before } ? MissingOf(before, phrases) : [])
        {
            yield return person;
        }
    }

    private static string Clip(string text)
    {
        const int longest = 100;
        return text.Length <= longest ? text : text[..(longest - (char.IsHighSurrogate(text[longest - 1]) ? 1 : 0))];
    }
}
