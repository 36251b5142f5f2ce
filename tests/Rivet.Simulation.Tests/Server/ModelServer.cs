using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>
/// docs/protocol/lws.md §8 in memory and to the letter: durable when answered, once per (device, id), dense sequences,
/// cursors that only move forward, pushes in the order of the commits. A <see cref="ModelBug"/> breaks one of the rules.
/// </summary>
/// <param name="time">The server's clock.</param>
/// <param name="page">How many entries a fetch gives at most.</param>
/// <param name="bug">The rule it breaks.</param>
internal sealed partial class ModelServer(TimeProvider time, int page, ModelBug bug) : IDeliveryServer
{
    private static readonly CompanyId Company = CompanyId.From(Number(1, 1));
    private readonly Dictionary<ConversationId, ModelConversation> conversations = [];
    private readonly Dictionary<(Guid Device, ByteString Id), (ModelConversation Conversation, Entry Entry)> origins = [];
    private readonly Dictionary<(Guid Device, ConversationId Conversation), ulong> cursors = [];
    private readonly Dictionary<(PersonId Person, ConversationId Conversation), ulong> reads = [];
    private readonly List<Connection> connections = [];
    private int made;

    public Subject Join() => Subject.OfDevice(Company, PersonId.From(Number(2, ++made)), DeviceId.From(Number(3, ++made)));

    public Subject AddDevice(Subject of) => Subject.OfDevice(of.Company, of.Person, DeviceId.From(Number(3, ++made)));

    public IReadOnlyList<Entry> Log(ConversationId conversation) => conversations[conversation].Log;

    public Result<IMessage, Refusal> Ask(Subject device, Method method, IMessage request) => method switch
    {
        Method.ListConversations => List(device, (ListConversationsRequest)request),
        Method.CreateConversation => Create(device, (CreateConversationRequest)request),
        Method.AddMembers => AddMembers(device, (AddMembersRequest)request),
        Method.RemoveMember => RemoveMember(device, (RemoveMemberRequest)request),
        Method.Send => Send(device, (SendRequest)request),
        Method.Fetch => Fetch(device, (FetchRequest)request),
        Method.Acknowledge => Acknowledge(device, (AcknowledgeRequest)request),
        Method.MarkRead => MarkRead(device, (MarkReadRequest)request),
        _ => Refused(RefusalCode.UnknownMethod, "link.unknown-method"),
    };

    public IDisposable Connect(Subject device, Action<Method, ReadOnlyMemory<byte>> push)
    {
        var connection = new Connection(this, device, push);
        connections.Add(connection);
        return connection;
    }

    public void Crash()
    {
        connections.Clear();
        CrashWrongly();
    }

    public ValueTask DisposeAsync() => default;

    private static Guid Number(int kind, int number) => new(kind, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, (byte)(number >> 8), (byte)number);

    private static Refusal Refused(RefusalCode code, string reason) => new() { Code = code, Reason = reason };

    /// <summary>The conversation, where this device's person is a member.</summary>
    private bool TryEnter(Subject device, ByteString? id, out ModelConversation conversation, out Refusal refusal)
    {
        refusal = Refused(RefusalCode.Denied, "access.not-a-member");
        conversation = null!;
        return EntityId.TryRead<ConversationId>(id is null ? default : id.Span, out var named)
            && conversations.TryGetValue(named, out conversation!)
            && (conversation.Members.Contains(device.Person) || bug is ModelBug.ServesTheRemoved);
    }

    private Result<IMessage, Refusal> Send(Subject device, SendRequest request)
    {
        if (!TryEnter(device, request.ConversationId, out var conversation, out var refusal))
        {
            return refusal;
        }

        if (ModelRules.Refusal(request.Content, out var content) is { } wrong)
        {
            return wrong;
        }

        if (request.ClientMessageId.Length != EntityId.Size)
        {
            return Refused(RefusalCode.Invalid, "messaging.malformed");
        }

        if (JudgeTarget(device, conversation, content!) is { } wrongTarget)
        {
            return wrongTarget;
        }

        if (origins.TryGetValue((device.Via, request.ClientMessageId), out var stored) && bug is not ModelBug.StoresRepeats)
        {
            return stored.Conversation == conversation
                ? new SendResponse { Sequence = stored.Entry.Sequence, AppendedMs = stored.Entry.AppendedMs, Duplicate = true }
                : Refused(RefusalCode.Conflict, "messaging.id-reused");
        }

        var entry = Append(conversation, device, request.ClientMessageId, request.Content);
        origins[(device.Via, request.ClientMessageId)] = (conversation, entry);
        Delay(conversation, entry, (device.Via, request.ClientMessageId));
        return new SendResponse { Sequence = entry.Sequence, AppendedMs = entry.AppendedMs };
    }

    /// <summary>Edits and recalls change one's own posts; reactions and answers point at a post.</summary>
    private static Refusal? JudgeTarget(Subject device, ModelConversation conversation, Content content)
    {
        var target = ModelRules.TargetOf(content);
        if (target == 0)
        {
            return null;
        }

        var mustBeOwn = content.KindCase is Content.KindOneofCase.Edit or Content.KindOneofCase.Recall;
        return conversation.Post(target) is not { } post ? Refused(RefusalCode.Invalid, "messaging.unknown-target")
            : mustBeOwn && !post.AuthorPersonId.Span.SequenceEqual(device.Person.ToBytes()) ? Refused(RefusalCode.Denied, "messaging.not-own-post")
            : null;
    }

    private Result<IMessage, Refusal> Fetch(Subject device, FetchRequest request)
    {
        if (!TryEnter(device, request.ConversationId, out var conversation, out var refusal))
        {
            return refusal;
        }

        if (request.Limit > 500)
        {
            return Refused(RefusalCode.Invalid, "messaging.malformed");
        }

        var limit = Math.Min(page, request.Limit == 0 ? 500 : (int)request.Limit);
        var response = new FetchResponse { LastSequence = (ulong)conversation.Log.Count };
        response.Entries.AddRange(conversation.Log.Skip((int)Math.Min(request.After, int.MaxValue)).Take(limit));
        return Hide(response);
    }

    private Result<IMessage, Refusal> Acknowledge(Subject device, AcknowledgeRequest request)
    {
        foreach (var cursor in request.Cursors)
        {
            if (Judge(device, cursor) is { } refusal)
            {
                return refusal;
            }
        }

        foreach (var cursor in request.Cursors)
        {
            var key = (device.Via, EntityId.Read<ConversationId>(cursor.ConversationId.Span));
            cursors[key] = Math.Max(cursor.Sequence, cursors.GetValueOrDefault(key));
        }

        return new AcknowledgeResponse();
    }

    private Result<IMessage, Refusal> MarkRead(Subject device, MarkReadRequest request)
    {
        if (Judge(device, request.Cursor) is { } refusal)
        {
            return refusal;
        }

        var key = (device.Person, EntityId.Read<ConversationId>(request.Cursor.ConversationId.Span));
        if (request.Cursor.Sequence > reads.GetValueOrDefault(key) || bug is ModelBug.MovesReadsBack)
        {
            reads[key] = request.Cursor.Sequence;
            var moved = new ReadMoved { PersonId = ByteString.CopyFrom(device.Person.ToBytes()), Cursor = request.Cursor };
            Push(conversations[key.Item2], Method.ReadMoved, moved, except: device.Via);
        }

        return new MarkReadResponse();
    }

    /// <summary>A position is a member's, and never ahead of the log.</summary>
    private Refusal? Judge(Subject device, Cursor? cursor)
        => !TryEnter(device, cursor?.ConversationId, out var conversation, out var refusal) ? refusal
            : cursor!.Sequence > (ulong)conversation.Log.Count ? Refused(RefusalCode.Invalid, "messaging.cursor-ahead")
            : null;

    private Entry Append(ModelConversation conversation, Subject author, ByteString messageId, ByteString content)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var entry = new Entry
        {
            ConversationId = conversation.Bytes,
            Sequence = NextSequence(conversation),
            AuthorPersonId = ByteString.CopyFrom(author.Person.ToBytes()),
            AuthorDeviceId = ByteString.CopyFrom(author.Via.ToByteArray(bigEndian: true)),
            AppendedMs = now,
            OwnTimeMs = now,
            ClientMessageId = messageId,
            Content = content,
        };
        conversation.Log.Add(entry);
        Push(conversation, Method.EntryAppended, entry, messageId.IsEmpty ? default : author.Via);
        return entry;
    }

    private void Push(ModelConversation conversation, Method method, IMessage message, Guid except)
    {
        var body = message.ToByteArray();
        foreach (var connection in connections)
        {
            if (connection.Device.Via != except && IsHeardBy(conversation, connection.Device.Person))
            {
                connection.Push(method, body);
            }
        }
    }

    private sealed class Connection(ModelServer server, Subject device, Action<Method, ReadOnlyMemory<byte>> push) : IDisposable
    {
        public Subject Device => device;

        public Action<Method, ReadOnlyMemory<byte>> Push => push;

        public void Dispose() => server.connections.Remove(this);
    }
}
