using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <content>Conversations and who is in them.</content>
internal sealed partial class ModelServer
{
    private Result<IMessage, Refusal> List(Subject device, ListConversationsRequest request)
    {
        var limit = request.Limit == 0 ? 500 : (int)request.Limit;
        var rest = conversations.Values
            .Where(conversation => conversation.Members.Contains(device.Person)
                && conversation.Bytes.Span.SequenceCompareTo(request.After.Span) > 0)
            .ToList();
        var response = new ListConversationsResponse { More = rest.Count > limit };
        response.Conversations.AddRange(rest.Take(limit).Select(conversation => conversation.View(
            reads.GetValueOrDefault((device.Person, conversation.Id)), cursors.GetValueOrDefault((device.Via, conversation.Id)))));
        return response;
    }

    private Result<IMessage, Refusal> Create(Subject device, CreateConversationRequest request)
    {
        var members = request.Members.Select(member => EntityId.Read<PersonId>(member.Span)).Append(device.Person).Distinct().ToList();
        if (request.Kind is ConversationKind.Direct
            && conversations.Values.FirstOrDefault(one => one.Kind is ConversationKind.Direct && one.Members.ToHashSet().SetEquals(members)) is { } there)
        {
            return new CreateConversationResponse { Conversation = there.View(0, 0), Existed = true };
        }

        var conversation = new ModelConversation(ConversationId.From(Number(4, ++made)), request.Kind, request.Title);
        conversations.Add(conversation.Id, conversation);
        if (request.Kind is ConversationKind.Group)
        {
            Append(conversation, device, ByteString.Empty, new Content { Titled = new Titled { Title = request.Title } }.ToByteString());
            members.ForEach(member => Append(conversation, device, ByteString.Empty, Membership(member, left: false)));
        }

        conversation.Members.AddRange(members);
        Push(conversation, Method.ConversationChanged, conversation.View(0, 0), except: device.Via);
        return new CreateConversationResponse { Conversation = conversation.View(0, 0) };
    }

    private Result<IMessage, Refusal> AddMembers(Subject device, AddMembersRequest request)
    {
        if (!TryEnter(device, request.ConversationId, out var conversation, out var refusal))
        {
            return refusal;
        }

        var fresh = request.Members.Select(member => EntityId.Read<PersonId>(member.Span)).Except(conversation.Members).ToList();
        Change(conversation, device, fresh.ConvertAll(member => Membership(member, left: false)), () => conversation.Members.AddRange(fresh), fresh);
        return new AddMembersResponse { Added = (uint)fresh.Count };
    }

    private Result<IMessage, Refusal> RemoveMember(Subject device, RemoveMemberRequest request)
    {
        if (!TryEnter(device, request.ConversationId, out var conversation, out var refusal))
        {
            return refusal;
        }

        var person = EntityId.Read<PersonId>(request.PersonId.Span);
        if (!conversation.Members.Contains(person))
        {
            return Refused(RefusalCode.NotFound, "messaging.unknown-person");
        }

        conversation.Members.Remove(person);
        var over = new Conversation { ConversationId = conversation.Bytes, Kind = conversation.Kind, Removed = true }.ToByteArray();
        connections.Where(one => one.Device.Person == person).ToList().ForEach(one => one.Push(Method.ConversationChanged, over));
        Change(conversation, device, [Membership(person, left: true)], () => { }, []);
        return new RemoveMemberResponse();
    }

    /// <summary>The members' devices are told how the conversation stands, then its new entries: all of one commit.</summary>
    private void Change(ModelConversation conversation, Subject by, List<ByteString> said, Action members, List<PersonId> fresh)
    {
        members();
        deaf = bug is ModelBug.ForgetsTheAdded ? fresh : [];
        var log = conversation.Log.Count;
        var told = conversations[conversation.Id].View(0, 0);
        told.LastSequence = (ulong)(log + said.Count);
        Push(conversation, Method.ConversationChanged, told, except: default);
        said.ForEach(content => Append(conversation, by, ByteString.Empty, content));
    }

    private static ByteString Membership(PersonId person, bool left)
        => new Content { Membership = new Membership { PersonId = ByteString.CopyFrom(person.ToBytes()), Left = left } }.ToByteString();
}
