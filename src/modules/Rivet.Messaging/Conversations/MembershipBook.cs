using System.Globalization;
using System.Text;
using Rivet.Access;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Joins and leaves of a group: the member, the access relation, the log entry and the event change at one commit.</summary>
internal sealed class MembershipBook(
    IStore store, IRelations relations, IPeople people, EntrySeal seal, ServerEntries serverEntries, Announcer announcer, PolicyBook policies, TimeProvider time)
{
    public async ValueTask<Counted> AddAsync(ConversationId conversation, MemberCommand command)
    {
        var actor = Subject.OfDevice(command.CompanyId, command.PersonId, command.DeviceId);
        PersonId[] wanted = [.. command.People.Distinct().Select(person => new PersonId(person))];
        if (await people.FindStrangerAsync(actor.Company, wanted, CancellationToken.None) != default)
        {
            return Counted.Refused(MessagingRefusal.UnknownPerson);
        }

        return await ChangeAsync(actor, conversation, wanted, ServerEntries.Joined, Add);
    }

    public ValueTask<Counted> RemoveAsync(ConversationId conversation, MemberCommand command)
        => ChangeAsync(
            Subject.OfDevice(command.CompanyId, command.PersonId, command.DeviceId),
            conversation,
            [.. command.People.Select(person => new PersonId(person))],
            ServerEntries.Left,
            Remove);

    private async ValueTask<Counted> ChangeAsync(
        Subject actor, ConversationId conversation, PersonId[] who, Func<PersonId, Content> say, Func<WriteTransaction, Change, Counted> change)
    {
        var row = await store.ReadAsync(session => ConversationTable.Find(session, conversation), CancellationToken.None);
        if (row is null || row.Company != actor.Company)
        {
            return Counted.Refused(MessagingRefusal.ConversationMissing);
        }

        if (row.Kind != ConversationKind.Group)
        {
            return Counted.Refused(MessagingRefusal.DirectIsFixed);
        }

        var titles = await seal.OpenAsync(
            row.Company, new[] { new Ciphertext(row.SealedTitle, EntrySeal.OfTitle(row.Company, row.Id)) }, CancellationToken.None);
        if (!titles[0].TryGet(out var title, out var refusal) && refusal != VaultRefusal.Destroyed)
        {
            return Counted.Refused(EntrySeal.Translate(refusal));
        }

        var sealing = await serverEntries.SealAsync(actor, conversation, [.. who.Select(say)], CancellationToken.None);
        if (!sealing.TryGet(out var entries, out var sealRefusal))
        {
            return Counted.Refused(sealRefusal);
        }

        var name = title is null ? string.Empty : Encoding.UTF8.GetString(title);
        return await store.WriteAsync(transaction => change(transaction, new(actor, row, name, who, entries)), CancellationToken.None);
    }

    private Counted Add(WriteTransaction transaction, Change change)
    {
        if (!MemberTable.IsMember(transaction, change.Row.Id, change.Actor.Person))
        {
            return Counted.Refused(MessagingRefusal.NotAMember);
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var fresh = Enumerable.Range(0, change.People.Length)
            .Where(index => !MemberTable.IsMember(transaction, change.Row.Id, change.People[index]))
            .ToList();
        if (MemberTable.Count(transaction, change.Row.Id) + fresh.Count > Bounds.Members + 1)
        {
            return Counted.Refused(MessagingRefusal.TooManyMembers);
        }

        var appended = new List<(NewEntry Entry, long Sequence)>();
        foreach (var index in fresh)
        {
            var sequence = EntryTable.Append(transaction, change.Entries[index], now);
            MemberTable.Add(transaction, relations, change.Row, change.People[index], sequence, now);
            appended.Add((change.Entries[index], sequence));
        }

        if (fresh.Count > 0)
        {
            policies.Count(transaction, change.Row.Company, appended.Sum(one => (long)one.Entry.Sealed.Length));
            Record(transaction, change, MessagingEvents.MembersAdded, fresh.Count);
            var view = ConversationTable.View(transaction, change.Row, default, default);
            transaction.AfterCommit(() =>
            {
                announcer.Joined(change.Row.Id, fresh.Select(index => change.People[index]));
                announcer.Changed(view, change.Title, appended, now);
            });
        }

        return new Counted(fresh.Count, change.People.Length - fresh.Count, MessagingRefusal.None, null);
    }

    private Counted Remove(WriteTransaction transaction, Change change)
    {
        var person = change.People[0];
        if (!MemberTable.IsMember(transaction, change.Row.Id, change.Actor.Person))
        {
            return Counted.Refused(MessagingRefusal.NotAMember);
        }

        if (!MemberTable.Remove(transaction, relations, change.Row, person))
        {
            return Counted.Refused(MessagingRefusal.UnknownPerson, "That person is no member.");
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var sequence = EntryTable.Append(transaction, change.Entries[0], now);
        policies.Count(transaction, change.Row.Company, change.Entries[0].Sealed.Length);
        Record(transaction, change, MessagingEvents.MemberRemoved, 1);
        var view = ConversationTable.View(transaction, change.Row, default, default);
        transaction.AfterCommit(() =>
        {
            announcer.Removed(change.Row, person);
            announcer.Changed(view, change.Title, [(change.Entries[0], sequence)], now);
        });
        return new Counted(1, 0, MessagingRefusal.None, null);
    }

    private void Record(WriteTransaction transaction, Change change, EventKind kind, int count)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = kind,
            Actor = change.Actor,
            Target = Resource.Of(change.Row.Id, change.Row.Company),
            Concerned = count == 1 ? change.People[0] : default,
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string> { ["people"] = count.ToString(CultureInfo.InvariantCulture) },
        });

    private sealed record Change(Subject Actor, ConversationRow Row, string Title, PersonId[] People, List<NewEntry> Entries);
}
