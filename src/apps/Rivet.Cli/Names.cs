using Google.Protobuf;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Cli;

/// <summary>Names of people and conversations: for showing, and for finding by a unique beginning of title, name, handle or id.</summary>
internal sealed class Names(RivetClient client, Words words)
{
    private const int ShortestId = 4;
    private Dictionary<ByteString, Person> people = [];
    private long peopleOf = -1;

    /// <summary>Why messages sealed by the company's own keys cannot be read now, in words.</summary>
    public string KeyServerReason => words.Say(new ClientRefusal(ClientRefusal.OfKeyServer(client.KeyServer?.State ?? KeyServerState.NotEnrolled)));

    public string Person(PersonId? id) => id is { } known ? Person(ByteString.CopyFrom(known.ToBytes())) : words["name.nobody"];

    public string Person(ByteString id)
    {
        if (People().TryGetValue(id, out var person) && person.Name.Length > 0)
        {
            return Plain.Line(person.Name);
        }

        return EntityId.TryRead<PersonId>(id.Span, out var unknown) ? $"{unknown.ToString()[^6..]}?" : words["name.nobody"];
    }

    /// <summary>A group's title; for one-to-one the other person's name.</summary>
    public string Conversation(Conversation conversation)
    {
        if (conversation.Title.Length > 0)
        {
            return Plain.Line(conversation.Title);
        }

        var self = ByteString.CopyFrom(client.Profile.Person.ToBytes());
        var other = conversation.Members.FirstOrDefault(member => member != self);
        return other is not null ? Person(other) : words["name.untitled"];
    }

    public static string Short(ByteString id) => EntityId.TryRead<ConversationId>(id.Span, out var known) ? known.ToString()[^8..] : "?";

    public (ConversationId Id, Conversation Conversation) FindConversation(string text)
    {
        var all = client.Conversations();
        var found = Choose(
            text,
            all,
            conversation => [Conversation(conversation), .. Handles(conversation)],
            conversation => EntityId.Read<ConversationId>(conversation.ConversationId.Span).ToString());
        return found.Count switch
        {
            1 => (EntityId.Read<ConversationId>(found[0].ConversationId.Span), found[0]),
            0 => throw new CliExit(ExitCode.NoSuchName, words["name.no-conversation", Plain.Line(text)]),
            _ => throw new CliExit(ExitCode.NoSuchName, words["name.many-conversations", Plain.Line(text), Several(found.Select(one => $"{Conversation(one)} ({Short(one.ConversationId)})"))]),
        };
    }

    public (PersonId Id, Person Person) FindPerson(string text)
    {
        var found = Choose(
            text.TrimStart('@'),
            [.. People().Values],
            person => [person.Name, person.Handle],
            person => EntityId.Read<PersonId>(person.PersonId.Span).ToString());
        return found.Count switch
        {
            1 => (EntityId.Read<PersonId>(found[0].PersonId.Span), found[0]),
            0 => throw new CliExit(ExitCode.NoSuchName, words["name.no-person", Plain.Line(text)]),
            _ => throw new CliExit(ExitCode.NoSuchName, words["name.many-people", Plain.Line(text), Several(found.Select(one => $"{Plain.Line(one.Name)} (@{Plain.Line(one.Handle)})"))]),
        };
    }

    /// <summary>The whole name wins over a beginning, and both over an id: its beginning, or its end as lists show it.</summary>
    internal static IReadOnlyList<T> Choose<T>(string text, IReadOnlyList<T> all, Func<T, IEnumerable<string>> names, Func<T, string> id)
    {
        var wanted = text.Trim();
        if (wanted.Length == 0)
        {
            return [];
        }

        IReadOnlyList<T> exact = [.. all.Where(one => names(one).Any(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase)))];
        if (exact.Count > 0)
        {
            return exact;
        }

        IReadOnlyList<T> begun = [.. all.Where(one => names(one).Any(name => name.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)))];
        if (begun.Count > 0)
        {
            return begun;
        }

        var digits = wanted.Replace("-", "", StringComparison.Ordinal);
        return digits.Length < ShortestId ? [] : [.. all.Where(one => id(one).StartsWith(digits, StringComparison.OrdinalIgnoreCase) || id(one).EndsWith(digits, StringComparison.OrdinalIgnoreCase))];
    }

    private IEnumerable<string> Handles(Conversation conversation)
    {
        if (conversation.Kind is not ConversationKind.Direct)
        {
            return [];
        }

        var self = ByteString.CopyFrom(client.Profile.Person.ToBytes());
        return conversation.Members.Where(member => member != self)
            .Select(member => People().GetValueOrDefault(member)?.Handle ?? "")
            .Where(handle => handle.Length > 0)
            .SelectMany(handle => new[] { handle, "@" + handle });
    }

    private Dictionary<ByteString, Person> People()
    {
        var changes = client.Changes;
        if (peopleOf != changes)
        {
            people = client.People().ToDictionary(person => person.PersonId);
            peopleOf = changes;
        }

        return people;
    }

    private static string Several(IEnumerable<string> names) => string.Join(", ", names.Take(6));
}
