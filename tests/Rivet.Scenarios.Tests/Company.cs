using Google.Protobuf;
using Rivet.Client.Native.Tls;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>A company on a real server, made by its founder's device through the product's own requests.</summary>
internal sealed class Company : IAsyncDisposable
{
    private readonly List<Device> devices = [];

    private Company(LinkTarget target) => Target = target;

    public LinkTarget Target { get; }

    public Device Founder => devices[0];

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Company> FoundAsync(ServerProcess server, string name = "Copper & Ginkgo")
    {
        Assert.True(InvitationLink.TryParse(server.Invitation, out var invitation));
        var company = new Company(LinkTarget.Of(invitation));
        var join = new Join { Code = ByteString.CopyFrom(invitation.Code.Bytes), PersonName = "Ana", DeviceName = "Ana's desk", CompanyName = name };
        company.devices.Add(await Device.JoinAsync(company.Target, join));

        // Scenarios write as no person does.
        var limits = new MessageLimits { MessagesPerMinute = 6_000, FileMebibytesPerDay = 2_048, ConversationsPerDay = 200 };
        await company.Founder.AskAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Limits = limits }, ChangeMessagePolicyResponse.Parser);
        return company;
    }

    /// <summary>Invites somebody and lets their first device join.</summary>
    public async Task<Device> AddAsync(string name, string deviceName = "laptop", Role role = Role.Member)
    {
        var invited = await Founder.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = role, PersonName = name }, CreateInvitationResponse.Parser);
        var device = await Device.JoinAsync(Target, new Join { Code = invited.Code, PersonName = name, DeviceName = deviceName });
        devices.Add(device);
        return device;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var device in devices)
        {
            await device.DisposeAsync();
        }
    }
}

/// <summary>A device with its keys; its link may break and be made anew.</summary>
internal sealed class Device : IAsyncDisposable
{
    private readonly LinkTarget target;
    private LwsLink? link;

    private Device(LinkTarget target, DeviceKeys keys, LwsLink link)
    {
        this.target = target;
        Keys = keys;
        this.link = link;
        Person = link.Welcome.PersonId;
        Id = link.Welcome.DeviceId;
    }

    public DeviceKeys Keys { get; }

    public ByteString Person { get; }

    public ByteString Id { get; }

    public LwsLink Link => link ?? throw new InvalidOperationException("The device is not connected.");

    public static async Task<Device> JoinAsync(LinkTarget target, Join join)
    {
        var keys = DeviceKeys.Create();
        return new Device(target, keys, await ConnectAsync(target, keys, join));
    }

    /// <summary>Signs in again, after a break or over an older link.</summary>
    public async Task ReconnectAsync()
    {
        if (link is not null)
        {
            await link.DisposeAsync();
        }

        link = await ConnectAsync(target, Keys, null);
    }

    public async Task<TResponse> AskAsync<TResponse>(Method method, IMessage request, MessageParser<TResponse> parser)
        where TResponse : class, IMessage<TResponse>
        => (await Link.AskAsync(method, request, parser, Company.Ct)).Value;

    public async Task<Refusal> RefusedAsync<TResponse>(Method method, IMessage request, MessageParser<TResponse> parser)
        where TResponse : class, IMessage<TResponse>
        => (await Link.AskAsync(method, request, parser, Company.Ct)).Refusal;

    public async Task<ByteString> OpenDirectAsync(Device other)
        => (await AskAsync(
            Method.CreateConversation,
            new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { other.Person } },
            CreateConversationResponse.Parser)).Conversation.ConversationId;

    public ValueTask<Result<SendResponse, Refusal>> TrySendAsync(ByteString conversation, string text, Guid id)
        => Link.AskAsync(
            Method.Send,
            new SendRequest { ConversationId = conversation, ClientMessageId = ByteString.CopyFrom(id.ToByteArray()), Content = Post(text) },
            SendResponse.Parser,
            Company.Ct);

    public async Task<SendResponse> SendAsync(ByteString conversation, string text) => (await TrySendAsync(conversation, text, Guid.NewGuid())).Value;

    /// <summary>The whole log of a conversation.</summary>
    public async Task<List<Entry>> ReadAsync(ByteString conversation)
    {
        var entries = new List<Entry>();
        while (true)
        {
            var request = new FetchRequest { ConversationId = conversation, After = (ulong)entries.Count, Limit = 500 };
            var answer = await AskAsync(Method.Fetch, request, FetchResponse.Parser);
            entries.AddRange(answer.Entries);
            if (answer.Entries.Count == 0)
            {
                return entries;
            }
        }
    }

    /// <summary>Waits for the push of an entry with this text.</summary>
    public async Task<Entry> WaitForTextAsync(string text)
    {
        await foreach (var push in Link.Pushes.ReadAllAsync(Company.Ct))
        {
            if (push.Method == Method.EntryAppended && Entry.Parser.ParseFrom(push.Body.Span) is { } entry && Text(entry) == text)
            {
                return entry;
            }
        }

        throw new InvalidOperationException("The link ended before the message came.");
    }

    public static ByteString Post(string text) => new Content { Post = new Post { Body = new Body { Text = text } } }.ToByteString();

    public static string? Text(Entry entry) => Content.Parser.ParseFrom(entry.Content).Post?.Body?.Text;

    public async ValueTask DisposeAsync()
    {
        if (link is not null)
        {
            await link.DisposeAsync();
        }

        Keys.Dispose();
    }

    private static async Task<LwsLink> ConnectAsync(LinkTarget target, DeviceKeys keys, Join? join)
        => (await TlsLink.ConnectAsync(target, keys, join, null, TimeProvider.System, Company.Ct)).Value;
}
