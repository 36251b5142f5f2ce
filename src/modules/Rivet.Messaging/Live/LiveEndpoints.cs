using Google.Protobuf;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>What people see of each other while they are connected: who is here, who is writing.</summary>
internal sealed class LiveEndpoints(IStore store, Switchboard switchboard, PresenceBoard presence)
{
    /// <summary>Shows the others in a conversation of at most <see cref="Bounds.NamedMembers"/> members that this person writes.</summary>
    public async ValueTask<Result<ShowTypingResponse, Refusal>> ShowTypingAsync(Permit permit, ShowTypingRequest request, CancellationToken ct)
    {
        var (subject, conversation) = (permit.Subject, EntityId.Read<ConversationId>(request.ConversationId.Span));
        if (presence.MayShowTyping(subject, conversation)
            && await store.ReadAsync(session => MemberTable.ShowsAll(session, conversation, subject.Person), ct))
        {
            switchboard.Push(conversation, PushFrame.Encode(Method.TypingShown, new Typing
            {
                ConversationId = request.ConversationId,
                PersonId = ByteString.CopyFrom(subject.Person.ToBytes()),
            }), subject.Via);
        }

        return new ShowTypingResponse();
    }

    /// <summary>Whose presence this device hears of from now on; gives who of them is present.</summary>
    public ValueTask<Result<WatchPresenceResponse, Refusal>> WatchPresenceAsync(Permit permit, WatchPresenceRequest request, CancellationToken ct)
    {
        if (request.PersonIds.Count > Bounds.WatchedPeople)
        {
            return new(MessagingRefusal.Malformed.ToWire($"At most {Bounds.WatchedPeople} people are watched at once."));
        }

        var people = new HashSet<PersonId>(request.PersonIds.Count);
        foreach (var id in request.PersonIds)
        {
            if (!EntityId.TryRead<PersonId>(id.Span, out var person))
            {
                return new(MessagingRefusal.Malformed.ToWire("A person's id is malformed."));
            }

            people.Add(person);
        }

        var response = new WatchPresenceResponse();
        response.Present.AddRange(presence.Watch(permit.Subject, people).Select(person => ByteString.CopyFrom(person.ToBytes())));
        return new(response);
    }
}
