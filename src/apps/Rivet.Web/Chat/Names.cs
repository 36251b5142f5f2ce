using Google.Protobuf;
using Microsoft.Extensions.Localization;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Web.Messages;
using Rivet.Web.Texts;
using Rivet.Wire;

namespace Rivet.Web.Chat;

/// <summary>Names of people and conversations as this home knows them.</summary>
public sealed class Names(RivetClient client, IStringLocalizer<ChatText> text)
{
    private readonly ByteString self = ByteString.CopyFrom(client.Profile.Person.ToBytes());
    private readonly Dictionary<PersonId, string> shown = [];
    private Dictionary<ByteString, Person> people = [];

    /// <summary>Reads the people anew.</summary>
    public void Refresh()
    {
        people = client.People().ToDictionary(person => person.PersonId);
        shown.Clear();
    }

    /// <summary>The people of the company but oneself, by name.</summary>
    public IEnumerable<Person> Others
        => people.Values.Where(person => person.PersonId != self).OrderBy(person => person.Name, StringComparer.CurrentCultureIgnoreCase);

    public IReadOnlyList<Person> All => [.. people.Values];

    public bool IsSelf(PersonId? id) => id is { } known && known == client.Profile.Person;

    public string Of(PersonId? id)
    {
        if (id is not { } known)
        {
            return text["name.nobody"];
        }

        // Asked for every row of every redraw.
        if (!shown.TryGetValue(known, out var name))
        {
            shown[known] = name = Of(ByteString.CopyFrom(known.ToBytes()));
        }

        return name;
    }

    public string Of(ByteString id)
        => people.TryGetValue(id, out var person) && person.Name.Length > 0 ? Plain.Line(person.Name) : text["name.nobody"];

    /// <summary>A group's title; for one-to-one the other person's name.</summary>
    public string Of(Conversation conversation)
        => conversation.Title.Length > 0 ? Plain.Line(conversation.Title)
            : OtherIn(conversation) is { } other ? Of(other)
            : text["name.untitled"];

    /// <summary>The first member who is not oneself.</summary>
    public PersonId? OtherIn(Conversation conversation)
        => conversation.Members.FirstOrDefault(member => member != self) is { } other ? EntityId.Read<PersonId>(other.Span) : null;

    /// <summary>What stands in a person's or group's circle.</summary>
    public static string Initial(string name)
        => name.Length == 0 ? "?" : System.Globalization.StringInfo.GetNextTextElement(name).ToUpper(System.Globalization.CultureInfo.CurrentCulture);
}
