using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Rivet.Bench.Peers;
using Rivet.Client.Native.Tls;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Bench.Load;

/// <summary>A company with many people, one device each, made through the product's own requests.</summary>
internal sealed class Company : IAsyncDisposable
{
    private readonly LinkTarget target;
    private readonly LwsLink administrator;
    private readonly List<Member> members = [];
    private readonly List<LoadLink> links = [];
    private ByteString[] conversations = [];

    private Company(LinkTarget target, LwsLink administrator)
    {
        this.target = target;
        this.administrator = administrator;
    }

    public static async Task<Company> FoundAsync(ServerUnderTest server, int people)
    {
        var invitation = server.Announced!.Value.GetProperty("invitation").GetString();
        if (!InvitationLink.TryParse(invitation, out var link))
        {
            throw new InvalidOperationException("The server announced no invitation.");
        }

        var target = LinkTarget.Of(link);
        var founder = new Join
        {
            Code = ByteString.CopyFrom(link.Code.Bytes), PersonName = "Founder", DeviceName = "bench", CompanyName = "Bench",
        };
        var company = new Company(target, await LinkAsync(target, DeviceKeys.Create(), founder));
        // Load is written by few, as by many.
        var limits = new MessageLimits { MessagesPerMinute = 6_000, FileMebibytesPerDay = 2_048, ConversationsPerDay = 100_000 };
        var changed = await company.administrator.AskAsync(
            Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Limits = limits }, ChangeMessagePolicyResponse.Parser, CancellationToken.None);
        if (!changed.IsOk)
        {
            throw new InvalidOperationException($"The limits were not lifted: {changed.Refusal.Reason}");
        }

        for (var number = 0; number < people; number++)
        {
            await company.AddAsync(number);
        }

        return company;
    }

    public static byte[] EchoBody(int size) => new EchoRequest { Payload = ByteString.CopyFrom(new byte[size]) }.ToByteArray();

    public static async Task<IReadOnlyList<LoadLink>> ConnectBareAsync(int port, int count, bool named)
    {
        var connected = new List<LoadLink>(count);
        for (var number = 0; number < count; number++)
        {
            var link = await LoadLink.ConnectAsync(port);
            if (named)
            {
                link.Send(BareFrames.Request, 0, 0, BareBody((uint)number, 0, 4));
            }

            connected.Add(link);
        }

        return connected;
    }

    public static async Task<IReadOnlyList<Pair>> BarePairsAsync(int port, int pairs)
    {
        var connected = await ConnectBareAsync(port, 2 * pairs, named: true);
        return [.. Enumerable.Range(0, pairs).Select(pair => new Pair(
            connected[2 * pair], connected[(2 * pair) + 1], 1,
            number => BareBody((uint)((2 * pair) + 1), number, 4 + 256),
            frame => BinaryPrimitives.ReadUInt64BigEndian(frame[(BareFrames.HeaderSize + 4)..])))];
    }

    /// <summary>Invites one more, who joins by other means.</summary>
    public async Task<InvitationLink> InviteAsync()
    {
        var invited = await administrator.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member }, CreateInvitationResponse.Parser, default);
        return InvitationCode.TryRead(invited.Value.Code.Span, out var code)
            ? new InvitationLink { Host = target.Host, Port = target.Port, ServerKey = target.ServerKey, Code = code }
            : throw new InvalidOperationException("The server gave no code.");
    }

    /// <summary>Signs every member's device in.</summary>
    public async Task<IReadOnlyList<LoadLink>> ConnectAllAsync()
    {
        var connected = new List<LoadLink>(members.Count);
        foreach (var member in members)
        {
            connected.Add(await SignIn.ConnectAsync(target, member.Keys));
        }

        links.AddRange(connected);
        return connected;
    }

    /// <summary>The devices, for whoever signs them in by itself.</summary>
    public (LinkTarget Target, IReadOnlyList<DeviceKeys> Devices) Devices => (target, [.. members.Select(member => member.Keys)]);

    /// <summary>Each two members in a one-to-one conversation.</summary>
    public async Task<IReadOnlyList<Pair>> PairsAsync()
    {
        if (conversations.Length == 0)
        {
            conversations = await ConversationsAsync();
        }

        var connected = await ConnectAllAsync();
        return [.. conversations.Select((conversation, pair) => new Pair(
            connected[2 * pair], connected[(2 * pair) + 1], (ushort)Method.Send,
            number => SendBody(conversation, number), Number))];
    }

    public async Task DisconnectAsync()
    {
        foreach (var link in links)
        {
            await link.DisposeAsync();
        }

        links.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await administrator.DisposeAsync();
    }

    private async Task<ByteString[]> ConversationsAsync()
    {
        var made = new ByteString[members.Count / 2];
        for (var pair = 0; pair < made.Length; pair++)
        {
            await using var link = await LinkAsync(target, members[2 * pair].Keys, null);
            var request = new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { members[(2 * pair) + 1].Person } };
            var answer = await link.AskAsync(Method.CreateConversation, request, CreateConversationResponse.Parser, default);
            made[pair] = answer.Value.Conversation.ConversationId;
        }

        return made;
    }

    private async Task AddAsync(int number)
    {
        var invited = await administrator.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member }, CreateInvitationResponse.Parser, default);
        var keys = DeviceKeys.Create();
        var name = string.Create(CultureInfo.InvariantCulture, $"Person {number}");
        await using var link = await LinkAsync(target, keys, new Join { Code = invited.Value.Code, PersonName = name, DeviceName = "bench" });
        members.Add(new Member(link.Welcome.PersonId, keys));
    }

    private static async Task<LwsLink> LinkAsync(LinkTarget target, DeviceKeys keys, Join? join)
        => (await TlsLink.ConnectAsync(target, keys, join, null, TimeProvider.System, default)).Value;

    private static byte[] BareBody(uint recipient, ulong number, int size)
    {
        var body = new byte[size];
        BinaryPrimitives.WriteUInt32BigEndian(body, recipient);
        if (size >= 12)
        {
            BinaryPrimitives.WriteUInt64BigEndian(body.AsSpan(4), number);
        }

        return body;
    }

    private static byte[] SendBody(ByteString conversation, ulong number)
    {
        // Begins with its time, like the ids of every client of ours; ends with the number.
        var id = new byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() << 16);
        BinaryPrimitives.WriteUInt64BigEndian(id.AsSpan(8), number);
        return new SendRequest
        {
            ConversationId = conversation,
            ClientMessageId = UnsafeByteOperations.UnsafeWrap(id),
            Content = Text,
        }.ToByteArray();
    }

    private static ulong? Number(ReadOnlySpan<byte> frame)
    {
        if ((Method)BinaryPrimitives.ReadUInt16BigEndian(frame[6..]) != Method.EntryAppended)
        {
            return null;
        }

        var entry = Entry.Parser.ParseFrom(frame[BareFrames.HeaderSize..]);
        return entry.ClientMessageId.Length == 16 ? BinaryPrimitives.ReadUInt64BigEndian(entry.ClientMessageId.Span[8..]) : null;
    }

    private static readonly ByteString Text
        = new Content { Post = new Post { Body = new Body { Text = new string('x', 256) } } }.ToByteString();

    private sealed record Member(ByteString Person, DeviceKeys Keys);
}
