using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <content>Typed requests. Each waits up to <see cref="Patience"/> for a link.</content>
public sealed partial class RivetClient
{
    /// <summary>What a browser page's challenge is signed under, before a zero byte and the challenge.</summary>
    public const string PageContext = "rivet page v1";

    /// <summary>How long a request waits for a link before it gives <see cref="ClientRefusal.Offline"/>.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Who the server says this is.</summary>
    public Task<Result<WhoAmIResponse, ClientRefusal>> WhoAmIAsync(CancellationToken ct)
        => AskAsync(Method.WhoAmI, new WhoAmIRequest(), WhoAmIResponse.Parser, ct);

    /// <summary>Makes an invitation: for a new person, or for a further device of a known one. With a mail address it is mailed there too.</summary>
    public Task<Result<CreateInvitationResponse, ClientRefusal>> InviteAsync(
        Role role, string personName, PersonId? person, string mailAddress, TimeSpan valid, CancellationToken ct)
        => AskAsync(
            Method.CreateInvitation,
            new CreateInvitationRequest
            {
                Role = role,
                PersonName = personName,
                PersonId = person is { } known ? Bytes(known) : ByteString.Empty,
                ValidHours = (uint)Math.Ceiling(valid.TotalHours),
                MailAddress = mailAddress,
            },
            CreateInvitationResponse.Parser,
            ct);

    /// <summary>The devices of a person; null: one's own.</summary>
    public Task<Result<ListDevicesResponse, ClientRefusal>> DevicesAsync(PersonId? person, CancellationToken ct)
        => AskAsync(
            Method.ListDevices,
            new ListDevicesRequest { PersonId = person is { } known ? Bytes(known) : ByteString.Empty },
            ListDevicesResponse.Parser,
            ct);

    /// <summary>Signs a device out: its links and pages end, its key is refused from then on.</summary>
    public Task<Result<SignOutDeviceResponse, ClientRefusal>> SignOutAsync(DeviceId device, CancellationToken ct)
        => AskAsync(Method.SignOutDevice, new SignOutDeviceRequest { DeviceId = Bytes(device) }, SignOutDeviceResponse.Parser, ct);

    /// <summary>Opens the conversation with one person, or makes a group; it is in the home when this returns.</summary>
    public async Task<Result<CreateConversationResponse, ClientRefusal>> CreateConversationAsync(
        ConversationKind kind, string title, IEnumerable<PersonId> members, CancellationToken ct)
    {
        var request = new CreateConversationRequest { Kind = kind, Title = title };
        request.Members.AddRange(members.Select(Bytes));
        var answer = await AskAsync(Method.CreateConversation, request, CreateConversationResponse.Parser, ct);
        if (answer is { IsOk: true, Value.Conversation: { } made })
        {
            store.KeepConversation(made);
            holder.Session?.ListAnew();
        }

        return answer;
    }

    /// <summary>Adds people to a group.</summary>
    public Task<Result<AddMembersResponse, ClientRefusal>> AddMembersAsync(ConversationId conversation, IEnumerable<PersonId> people, CancellationToken ct)
    {
        var request = new AddMembersRequest { ConversationId = Bytes(conversation) };
        request.Members.AddRange(people.Select(Bytes));
        return AskAsync(Method.AddMembers, request, AddMembersResponse.Parser, ct);
    }

    /// <summary>Takes a person out of a group; oneself: leaves it.</summary>
    public Task<Result<RemoveMemberResponse, ClientRefusal>> RemoveMemberAsync(ConversationId conversation, PersonId person, CancellationToken ct)
        => AskAsync(
            Method.RemoveMember,
            new RemoveMemberRequest { ConversationId = Bytes(conversation), PersonId = Bytes(person) },
            RemoveMemberResponse.Parser,
            ct);

    /// <summary>Opens a browser page session: this device signs a fresh challenge; gives an address that works once, for 60 seconds.</summary>
    public async Task<Result<string, ClientRefusal>> OpenPageAsync(CancellationToken ct)
    {
        var asked = await AskAsync(Method.PageChallenge, new PageChallengeRequest(), PageChallengeResponse.Parser, ct);
        if (!asked.TryGet(out var challenge, out var why))
        {
            return why;
        }

        byte[] signed = [.. System.Text.Encoding.ASCII.GetBytes(PageContext), 0, .. challenge.Challenge.Span];
        if (await identity.SignAsync(signed, ct) is not { } signature)
        {
            return new ClientRefusal(ClientRefusal.KeyUnavailable);
        }

        var request = new OpenPageRequest { Challenge = challenge.Challenge, Signature = UnsafeByteOperations.UnsafeWrap(signature) };
        return (await AskAsync(Method.OpenPage, request, OpenPageResponse.Parser, ct)).TryGet(out var page, out why) ? page.Url : why;
    }

    /// <inheritdoc cref="AskAsync{TResponse}(Method, IMessage, MessageParser{TResponse}, TimeSpan, CancellationToken)"/>
    public Task<Result<TResponse, ClientRefusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
        => AskAsync(method, request, parser, Patience, ct);

    private static ByteString Bytes<TId>(TId id)
        where TId : struct, IEntityId<TId>
        => UnsafeByteOperations.UnsafeWrap(id.ToBytes());
}
