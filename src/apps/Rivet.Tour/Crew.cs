using Rivet.Client;
using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Tour;

/// <summary>A device of the tour: its client, and where its home lies.</summary>
internal sealed record Device(RivetClient Client, ContainerPlace Place)
{
    public string Name => Client.Profile.PersonName;
}

/// <summary>The people of the tour and their devices.</summary>
internal sealed class Crew(string folder, TimeProvider time) : IAsyncDisposable
{
    private const string Company = "Copperfield & 银杏";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<RivetClient> clients = [];
    private int homes;

    public async Task<Device> FoundAsync(InvitationLink invitation, CancellationToken ct)
    {
        var robin = await JoinAsync(invitation, new JoinDetails("Robin", Words.Of("Desk"), Company), ct);

        // Where the server is killed, one person writes as fast as it goes.
        var limits = (await robin.Client.ReadMessagePolicyAsync(null, ct)).Value(Words.Of("Join")).Policy.Limits;
        limits.MessagesPerMinute = 6_000;
        (await robin.Client.LimitMessagesAsync(limits, ct)).Value(Words.Of("Join"));
        return robin;
    }

    /// <summary>Invites the two who wrote most in the imported history: they get their own past.</summary>
    public async Task<(Device First, Device Second)> InviteTwoAsync(Device robin, CancellationToken ct)
    {
        var invited = new List<Device>();
        foreach (var (person, device) in Busiest(robin.Client).Zip([Words.Of("Laptop"), Words.Of("Phone")]))
        {
            var made = (await robin.Client.InviteAsync(Role.Member, "", person, mailAddress: "", TimeSpan.FromHours(1), ct)).Value(Words.Of("Invite"));
            Expect.That(InvitationLink.TryParse(made.Link, out var link), "InvitationUnreadable");
            invited.Add(await JoinAsync(link!, new JoinDetails("", device, ""), ct));
        }

        Expect.That(invited.Count == 2, "TooFewPeople");
        return (invited[0], invited[1]);
    }

    /// <summary>A person's further device, which they invite themselves. Only its home stays open to others.</summary>
    public async Task<Device> FurtherDeviceAsync(Device owner, CancellationToken ct)
    {
        var made = (await owner.Client.InviteAsync(Role.Member, "", owner.Client.Profile.Person, mailAddress: "", TimeSpan.FromHours(1), ct)).Value(Words.Of("Invite"));
        Expect.That(InvitationLink.TryParse(made.Link, out var link), "InvitationUnreadable");
        var device = await JoinAsync(link!, new JoinDetails("", Words.Of("Terminal"), ""), ct);
        await CloseAsync(device);
        return device;
    }

    public async Task CloseAsync(Device device)
    {
        clients.Remove(device.Client);
        await device.Client.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        clients.Clear();
    }

    private async Task<Device> JoinAsync(InvitationLink invitation, JoinDetails details, CancellationToken ct)
    {
        var number = ++homes;
        var place = new ContainerPlace
        {
            Home = Path.Combine(folder, $"home-{number}"),
            KeyFolder = Path.Combine(folder, $"home-{number}-keys"),
        };
        var client = (await NativeClient.JoinAsync(new ClientHome { Place = place }, invitation, details, time, ct)).Value(Words.Of("Join"));
        clients.Add(client);
        client.Start();
        var status = await client.CaughtUpAsync(Patience, ct);
        Expect.That(status.Phase == LinkPhase.Online, "NotOnline", client.Profile.PersonName, status.Reason);
        return new Device(client, place);
    }

    private static IEnumerable<PersonId> Busiest(RivetClient client)
    {
        var self = client.Profile.Person;
        return client.Conversations()
            .SelectMany(conversation => EntriesOf(client, EntityId.Read<ConversationId>(conversation.ConversationId.Span)))
            .Where(Timeline.IsPost)
            .GroupBy(entry => EntityId.Read<PersonId>(entry.AuthorPersonId.Span))
            .Where(person => person.Key != self)
            .OrderByDescending(person => person.Count()).ThenBy(person => person.Key.Value)
            .Select(person => person.Key).Take(2).ToList();
    }

    /// <summary>All a device holds of a conversation.</summary>
    public static IEnumerable<Entry> EntriesOf(RivetClient client, ConversationId conversation)
    {
        const int page = 1_000;
        var from = 1ul;
        IReadOnlyList<Entry> entries;
        do
        {
            entries = client.Entries(conversation, from, page);
            foreach (var entry in entries)
            {
                yield return entry;
                from = entry.Sequence + 1;
            }
        }
        while (entries.Count == page);
    }
}
