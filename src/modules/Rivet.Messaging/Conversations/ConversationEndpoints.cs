using Google.Protobuf;
using Google.Protobuf.Collections;
using Rivet.Cluster;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Lists and founds conversations and changes their members.</summary>
internal sealed class ConversationEndpoints(
    IStore store, IAccess access, GrainFinder<IConversationGrain> grains, ConversationBook book, ConversationReader reader, PolicyBook policies, HeldBack held)
{
    public async ValueTask<Result<ListConversationsResponse, Refusal>> ListAsync(Permit permit, ListConversationsRequest request, CancellationToken ct)
    {
        if (request.Limit > Bounds.Page || request.After.Length is not (0 or EntityId.Size) || request.Incarnation.Length is not (0 or EntityId.Size))
        {
            return MessagingRefusal.Malformed.ToWire("A page has at most 500 conversations and starts after one of them; an incarnation has 16 bytes.");
        }

        var limit = request.Limit == 0 ? Bounds.Page : (int)request.Limit;
        var subject = permit.Subject;
        var (views, kept, current, keptSince) = await store.ReadAsync(
            session =>
            {
                var incarnation = Incarnation.Current(session);
                var common = RestoreTable.LastCommon(session, incarnation, request.Incarnation.Span);
                var page = ConversationTable.Page(session, subject.Person, request.After.Span, limit + 1);
                return (page.ConvertAll(row => ConversationTable.View(session, row, subject.Person, subject.Device)),
                    common is { } last ? page.ConvertAll(row => RestoreTable.Kept(session, row.Id, last)) : null,
                    incarnation,
                    RetentionTable.KeptSinceMs(session, subject.Company));
            },
            ct);
        var more = views.Count > limit;
        var opened = await reader.OpenAsync(permit.Company, more ? views[..limit] : views, ct);
        if (!opened.TryGet(out var conversations, out var refusal))
        {
            return refusal.ToWire();
        }

        for (var index = 0; kept is not null && index < conversations.Count; index++)
        {
            conversations[index].KeptSequence = (ulong)kept[index];
        }

        return new ListConversationsResponse
        {
            Conversations = { conversations },
            More = more,
            Incarnation = ByteString.CopyFrom(current.Id.Span),
            Rewinds = kept is not null,
            KeptSinceMs = keptSince,
            Sealing = (await policies.ReadAsync(permit.Company, ct)).Seal.ToWire(),
        };
    }

    public async ValueTask<Result<CreateConversationResponse, Refusal>> CreateAsync(Permit permit, CreateConversationRequest request, CancellationToken ct)
    {
        if (!TryReadPeople(request.Members, out var members))
        {
            return MessagingRefusal.Malformed.ToWire("A member's id is malformed, or there are more than 2,000.");
        }

        var isDirect = request.Kind == ConversationKind.Direct;
        if (isDirect ? members.Count != 1 || request.Title.Length > 0 : request.Kind != ConversationKind.Group || !ContentRules.IsTitle(request.Title))
        {
            return MessagingRefusal.Malformed.ToWire("One-to-one has one other member and no title; a group has a title of 1 to 200 characters.");
        }

        var answer = isDirect
            ? await book.OpenDirectAsync(permit.Subject, members[0], ct)
            : await book.FoundGroupAsync(permit.Subject, request.Title, members, ct);
        return answer.TryGet(out var founded, out var refusal)
            ? new CreateConversationResponse { Conversation = ConversationReader.ToWire(founded.View, founded.Title), Existed = founded.Existed }
            : refusal == MessagingRefusal.ConversationsOfToday ? held.TooManyToday(Limit.Conversations, permit.Subject.Person)
            : refusal.ToWire();
    }

    public async ValueTask<Result<AddMembersResponse, Refusal>> AddAsync(Permit permit, AddMembersRequest request, CancellationToken ct)
    {
        if (!TryReadPeople(request.Members, out var members) || members.Count == 0)
        {
            return MessagingRefusal.Malformed.ToWire("A member's id is malformed, or there are none or more than 2,000.");
        }

        var counted = await Grain(permit).AddMembersAsync(MemberCommand.From(permit, members));
        return counted.Refusal == MessagingRefusal.None
            ? new AddMembersResponse { Added = (uint)counted.Added }
            : counted.Refusal.ToWire(counted.Detail);
    }

    /// <summary>Leaving is asked by the endpoint; removing somebody else is a further question.</summary>
    public async ValueTask<Result<RemoveMemberResponse, Refusal>> RemoveAsync(Permit permit, RemoveMemberRequest request, CancellationToken ct)
    {
        if (!EntityId.TryRead<PersonId>(request.PersonId.Span, out var person))
        {
            return MessagingRefusal.Malformed.ToWire("The person's id is malformed.");
        }

        if (person != permit.Subject.Person)
        {
            var decision = await access.AskAsync(permit.Question with { Permission = Permissions.Manage }, ct);
            if (decision.Permit is null)
            {
                return Refusals.Denied(decision.Reason);
            }
        }

        var counted = await Grain(permit).RemoveMemberAsync(MemberCommand.From(permit, [person]));
        return counted.Refusal == MessagingRefusal.None ? new RemoveMemberResponse() : counted.Refusal.ToWire(counted.Detail);
    }

    internal static bool TryReadPeople(RepeatedField<ByteString> bytes, out List<PersonId> people)
    {
        people = new List<PersonId>(Math.Min(bytes.Count, Bounds.Members));
        foreach (var item in bytes)
        {
            if (people.Count == Bounds.Members || !EntityId.TryRead<PersonId>(item.Span, out var person))
            {
                return false;
            }

            people.Add(person);
        }

        return true;
    }

    private IConversationGrain Grain(Permit permit) => grains.Of(permit.Question.Resource.Id);
}
