using System.Threading.Channels;
using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client.Tests;

/// <summary>
/// A server in memory that keeps the promises of the real one (dense log, dedupe by message id, pushes as hints) and
/// breaks its links at will. What it does wrong is drawn from a seeded chance.
/// </summary>
internal sealed class FakeServer(int seed)
{
    private readonly Lock gate = new();
    private readonly Random chance = new(seed);
    private readonly Dictionary<Guid, List<Entry>> logs = [];
    private readonly Dictionary<Guid, Conversation> conversations = [];
    private readonly Dictionary<string, ulong> origins = [];
    private readonly List<FakeLink> links = [];
    private readonly Dictionary<Guid, ulong> acknowledged = [];
    private readonly ChangeBell acknowledgements = new();

    public static PersonId Self { get; } = PersonId.From(Guid.Parse("11111111-1111-7111-8111-111111111111"));

    public static PersonId Other { get; } = PersonId.From(Guid.Parse("22222222-2222-7222-8222-222222222222"));

    public static DeviceId Device { get; } = DeviceId.From(Guid.Parse("33333333-3333-7333-8333-333333333333"));

    /// <summary>How often, of a hundred requests and pushes, something goes wrong.</summary>
    public int Mischief { get; set; }

    public LinkRefusal RefuseNext { get; set; }

    public int Dials { get; private set; }

    public int DuplicateSends { get; private set; }

    public List<Join> Joins { get; } = [];

    /// <summary>Whom clients watched, a set a request.</summary>
    public List<IReadOnlyList<ByteString>> Watches { get; } = [];

    /// <summary>Where clients showed that they write.</summary>
    public List<ByteString> Typed { get; } = [];

    /// <summary>Whether <see cref="Other"/> is here.</summary>
    public bool IsOtherHere { get; set; }

    /// <summary>What was appended before was destroyed by the company's retention.</summary>
    public long KeptSinceMs { get; set; }

    public Func<SendRequest, Refusal?> RefuseSend { get; set; } = _ => null;

    public ConversationId AddConversation()
    {
        var id = Guid.CreateVersion7();
        lock (gate)
        {
            logs.Add(id, []);
            var conversation = new Conversation { ConversationId = Bytes(id), Kind = ConversationKind.Group, Title = "t" + logs.Count };
            conversations.Add(id, conversation);
            Push(Method.ConversationChanged, conversation.Clone());
        }

        return ConversationId.From(id);
    }

    public void Say(ConversationId conversation, string text)
    {
        lock (gate)
        {
            Append(conversation.Value, Bytes(Other.Value), ByteString.Empty, Bytes(Guid.NewGuid()), Composer.Post(text, 0, [], []).ToByteString());
        }
    }

    /// <summary>
    /// Waits until the device has acknowledged this much. An acknowledgement changes nothing in the home, so no change
    /// of the client tells of it: only the server can.
    /// </summary>
    public async Task AcknowledgedAsync(ConversationId conversation, ulong sequence, CancellationToken ct)
    {
        while (true)
        {
            var seen = acknowledgements.Count;
            lock (gate)
            {
                if (acknowledged.GetValueOrDefault(conversation.Value) >= sequence)
                {
                    return;
                }
            }

            await acknowledgements.PastAsync(seen, ct);
        }
    }

    public IReadOnlyList<string> Texts(ConversationId conversation)
    {
        lock (gate)
        {
            return [.. logs[conversation.Value].Select(entry => Content.Parser.ParseFrom(entry.Content).Post.Body.Text)];
        }
    }

    public Task<Result<ILink, LinkRefusal>> DialAsync(Join? join, CancellationToken ct)
    {
        lock (gate)
        {
            Dials++;
            if (join is not null)
            {
                Joins.Add(join);
            }

            var refusal = RefuseNext;
            RefuseNext = LinkRefusal.None;
            if (refusal is LinkRefusal.None && Mischief > 0 && chance.Next(100) < Mischief)
            {
                refusal = LinkRefusal.Unreachable;
            }

            if (refusal is not LinkRefusal.None)
            {
                return Task.FromResult<Result<ILink, LinkRefusal>>(refusal);
            }

            var link = new FakeLink(this);
            links.Add(link);
            return Task.FromResult(Linked(link));
        }
    }

    private static Result<ILink, LinkRefusal> Linked(FakeLink link) => link;

    /// <summary>Ends every link.</summary>
    public void Drop(CloseReason reason)
    {
        lock (gate)
        {
            foreach (var link in links)
            {
                link.End(reason);
            }

            links.Clear();
        }
    }

    private bool Bad() => Mischief > 0 && chance.Next(100) < Mischief;

    /// <summary>Answers; null: the link breaks here. The request may have been done all the same.</summary>
    private Result<byte[], Refusal>? Answer(Method method, IMessage request)
    {
        lock (gate)
        {
            if (Bad())
            {
                return null;
            }

            var body = request.ToByteString();
            var answer = method switch
            {
                Method.ListConversations => List(),
                Method.ListPeople => People(),
                Method.Fetch => Fetch(FetchRequest.Parser.ParseFrom(body)),
                Method.Send => Send(SendRequest.Parser.ParseFrom(body)),
                Method.Acknowledge => Acknowledge(AcknowledgeRequest.Parser.ParseFrom(body)),
                Method.MarkRead => Ok(new MarkReadResponse()),
                Method.ListRead => Ok(new ListReadResponse { Positions = { Read(ListReadRequest.Parser.ParseFrom(body).ConversationId, 1) } }),
                Method.ShowTyping => Type(ShowTypingRequest.Parser.ParseFrom(body)),
                Method.WatchPresence => Watch(WatchPresenceRequest.Parser.ParseFrom(body)),
                Method.Echo => Ok(new EchoResponse { Payload = EchoRequest.Parser.ParseFrom(body).Payload }),
                _ => new Refusal { Code = RefusalCode.UnknownMethod, Reason = "link.unknown-method" },
            };
            return Bad() ? default(Result<byte[], Refusal>?) : answer;
        }
    }

    /// <summary>The other person does something that clients are only told of.</summary>
    public void Show(Method method, IMessage message)
    {
        lock (gate)
        {
            Push(method, message);
        }
    }

    public static ReadMoved Read(ByteString conversation, ulong sequence)
        => new() { PersonId = Bytes(Other.Value), Cursor = new Cursor { ConversationId = conversation, Sequence = sequence } };

    private Result<byte[], Refusal> Type(ShowTypingRequest request)
    {
        Typed.Add(request.ConversationId);
        return Ok(new ShowTypingResponse());
    }

    private Result<byte[], Refusal> Watch(WatchPresenceRequest request)
    {
        Watches.Add([.. request.PersonIds]);
        var response = new WatchPresenceResponse();
        if (IsOtherHere && request.PersonIds.Contains(Bytes(Other.Value)))
        {
            response.Present.Add(Bytes(Other.Value));
        }

        return Ok(response);
    }

    private static Result<byte[], Refusal> Ok(IMessage message) => message.ToByteArray();

    private Result<byte[], Refusal> List()
    {
        var response = new ListConversationsResponse { KeptSinceMs = KeptSinceMs };
        foreach (var (id, conversation) in conversations)
        {
            var copy = conversation.Clone();
            copy.LastSequence = (ulong)logs[id].Count;
            copy.DeviceCursor = acknowledged.GetValueOrDefault(id);
            response.Conversations.Add(copy);
        }

        return Ok(response);
    }

    private static Result<byte[], Refusal> People()
        => Ok(new ListPeopleResponse
        {
            People =
            {
                new Person { PersonId = Bytes(Self.Value), Name = "Ana", Handle = "ana", Role = Role.Administrator, State = PersonState.Active },
                new Person { PersonId = Bytes(Other.Value), Name = "Bo", Handle = "bo", Role = Role.Member, State = PersonState.Active },
            },
        });

    private Result<byte[], Refusal> Fetch(FetchRequest request)
    {
        var log = logs[new Guid(request.ConversationId.Span, bigEndian: true)];
        var response = new FetchResponse { LastSequence = (ulong)log.Count };
        response.Entries.AddRange(log.Skip((int)request.After).Take(Math.Min(7, (int)request.Limit)).Select(entry => entry.Clone()));
        return Ok(response);
    }

    private Result<byte[], Refusal> Send(SendRequest request)
    {
        if (RefuseSend(request) is { } refusal)
        {
            return refusal;
        }

        var key = request.ClientMessageId.ToBase64();
        var id = new Guid(request.ConversationId.Span, bigEndian: true);
        if (origins.TryGetValue(key, out var known))
        {
            DuplicateSends++;
            return Ok(new SendResponse { Sequence = known, AppendedMs = (long)known, Duplicate = true });
        }

        var sequence = Append(id, Bytes(Self.Value), Bytes(Device.Value), request.ClientMessageId, request.Content);
        origins.Add(key, sequence);
        return Ok(new SendResponse { Sequence = sequence, AppendedMs = (long)sequence });
    }

    private Result<byte[], Refusal> Acknowledge(AcknowledgeRequest request)
    {
        foreach (var cursor in request.Cursors)
        {
            var id = new Guid(cursor.ConversationId.Span, bigEndian: true);
            Assert.InRange(cursor.Sequence, 1UL, (ulong)logs[id].Count);
            acknowledged[id] = Math.Max(cursor.Sequence, acknowledged.GetValueOrDefault(id));
        }

        acknowledgements.Ring();

        return Ok(new AcknowledgeResponse());
    }

    private ulong Append(Guid conversation, ByteString person, ByteString device, ByteString messageId, ByteString content)
    {
        var log = logs[conversation];
        var sequence = (ulong)log.Count + 1;
        var entry = new Entry
        {
            ConversationId = Bytes(conversation),
            Sequence = sequence,
            AuthorPersonId = person,
            AuthorDeviceId = device,
            ClientMessageId = messageId,
            AppendedMs = (long)sequence,
            OwnTimeMs = (long)sequence,
            Content = content,
        };
        log.Add(entry);
        Push(Method.EntryAppended, entry);
        return sequence;
    }

    /// <summary>Pushes may be lost, doubled or overtake each other: they are hints.</summary>
    private void Push(Method method, IMessage message)
    {
        foreach (var link in links.ToList())
        {
            if (Bad())
            {
                continue;
            }

            link.Push(new LinkPush(method, message.ToByteArray()), first: Bad());
            if (Bad())
            {
                link.Push(new LinkPush(method, message.ToByteArray()), first: false);
            }
        }
    }

    private static ByteString Bytes(Guid id) => ByteString.CopyFrom(id.ToByteArray(bigEndian: true));

    private sealed class FakeLink(FakeServer server) : ILink
    {
        private readonly Channel<LinkPush> pushes = Channel.CreateUnbounded<LinkPush>();
        private readonly List<LinkPush> held = [];
        private readonly TaskCompletionSource<CloseReason> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Welcome Welcome { get; } = new()
        {
            DeviceId = Bytes(Device.Value),
            PersonId = Bytes(Self.Value),
            CompanyId = Bytes(Guid.Parse("44444444-4444-7444-8444-444444444444")),
            CompanyName = "Copper & Ginkgo",
            PersonName = "Ana",
            Role = Role.Administrator,
        };

        public ChannelReader<LinkPush> Pushes => pushes.Reader;

        public Task<CloseReason> Closed => closed.Task;

        public async ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
            Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
            where TResponse : class, IMessage<TResponse>
        {
            await Task.Yield();
            ct.ThrowIfCancellationRequested();
            if (closed.Task.IsCompleted || server.Answer(method, request) is not { } answer)
            {
                End(CloseReason.CloseNone);
                return new Refusal { Code = RefusalCode.Unavailable, Reason = "link.lost" };
            }

            return answer.TryGet(out var message, out var refusal) ? parser.ParseFrom(message) : refusal;
        }

        public void Push(LinkPush push, bool first)
        {
            if (first)
            {
                held.Add(push);
                return;
            }

            pushes.Writer.TryWrite(push);
            foreach (var late in held)
            {
                pushes.Writer.TryWrite(late);
            }

            held.Clear();
        }

        public void End(CloseReason reason)
        {
            closed.TrySetResult(reason);
            pushes.Writer.TryComplete();
        }

        public ValueTask DisposeAsync()
        {
            End(CloseReason.Goodbye);
            return default;
        }
    }
}
