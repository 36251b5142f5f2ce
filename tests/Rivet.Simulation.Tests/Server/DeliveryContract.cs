using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>
/// What a server promises of delivery (docs/protocol/lws.md §8), written once and run on the real module and on the model
/// that the simulation attacks clients with: so the model may stand in for the module.
/// </summary>
public abstract class DeliveryContract : IAsyncDisposable
{
    private readonly Lazy<IDeliveryServer> server;

    protected DeliveryContract() => server = new Lazy<IDeliveryServer>(Start);

    private IDeliveryServer Server => server.Value;

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Send_ToMembers_IsStoredAndPushedToAllOtherDevices()
    {
        var (ann, bob) = (Server.Join(), Server.Join());
        var group = Group(ann, bob);
        var annsOther = Server.AddDevice(ann);
        using var anns = new Listener(Server, ann);
        using var others = new Listener(Server, annsOther);
        using var bobs = new Listener(Server, bob);

        var sent = Send(ann, group, Post("hello"));

        Assert.Equal(group.LastSequence + 1, sent.Sequence);
        Assert.False(sent.Duplicate);
        Assert.Empty(anns.Entries);
        var stored = Log(bob, group)[^1];
        Assert.Equal(stored, Assert.Single(bobs.Entries));
        Assert.Equal(stored, Assert.Single(others.Entries));
        Assert.Equal((sent.Sequence, sent.AppendedMs, sent.AppendedMs), (stored.Sequence, stored.AppendedMs, stored.OwnTimeMs));
        Assert.Equal(Bytes(ann.Person.ToBytes()), stored.AuthorPersonId);
    }

    [Fact]
    public void Send_Repeated_IsStoredAndPushedOnce()
    {
        var (ann, bob) = (Server.Join(), Server.Join());
        var group = Group(ann, bob);
        using var bobs = new Listener(Server, bob);
        var message = Message(group, Post("once"));

        var first = Ask<SendResponse>(ann, Method.Send, message);
        var again = Ask<SendResponse>(ann, Method.Send, message);

        Assert.True(again.Duplicate);
        Assert.Equal((first.Sequence, first.AppendedMs), (again.Sequence, again.AppendedMs));
        Assert.Single(bobs.Entries);
        Assert.Equal(first.Sequence, (ulong)Log(ann, group).Count);
        Assert.False(Ask<SendResponse>(Server.AddDevice(ann), Method.Send, message).Duplicate);
    }

    [Fact]
    public void Send_RepeatedAfterACrash_IsTheStoredEntry()
    {
        var ann = Server.Join();
        var group = Group(ann);
        var message = Message(group, Post("once"));
        var first = Ask<SendResponse>(ann, Method.Send, message);
        var before = Log(ann, group);

        Server.Crash();

        Assert.Equal(before, Log(ann, group));
        var again = Ask<SendResponse>(ann, Method.Send, message);
        Assert.True(again.Duplicate);
        Assert.Equal(first.Sequence, again.Sequence);
        Assert.Equal(first.Sequence + 1, Send(ann, group, Post("next")).Sequence);
    }

    [Fact]
    public void Send_IdOfAnotherConversation_IsRefused()
    {
        var ann = Server.Join();
        var (one, other) = (Group(ann), Group(ann));
        var message = Message(one, Post("here"));
        Ask<SendResponse>(ann, Method.Send, message);
        message.ConversationId = other.ConversationId;

        Assert.Equal("messaging.id-reused", Refused(ann, Method.Send, message));
        Assert.Equal(other.LastSequence, (ulong)Log(ann, other).Count);
    }

    [Fact]
    public void Send_EditsAndReactions_PointAtPostsAndStandInOrder()
    {
        var (ann, bob) = (Server.Join(), Server.Join());
        var group = Group(ann, bob);
        var post = Send(ann, group, Post("mine")).Sequence;
        var edit = new Content { Edit = new Edit { Target = post, Body = new Body { Text = "changed" } } };

        Assert.Equal("messaging.not-own-post", Refused(bob, Method.Send, Message(group, edit)));
        Assert.Equal("messaging.not-own-post", Refused(bob, Method.Send, Message(group, new Content { Recall = new Recall { Target = post } })));
        Assert.Equal(post + 1, Send(ann, group, edit).Sequence);
        Assert.Equal(post + 2, Send(bob, group, new Content { Reaction = new Reaction { Target = post, Emoji = "👍" } }).Sequence);
        Assert.Equal(post + 3, Send(Server.AddDevice(ann), group, new Content { Recall = new Recall { Target = post } }).Sequence);
        edit.Edit.Target = post + 1;
        Assert.Equal("messaging.unknown-target", Refused(ann, Method.Send, Message(group, edit)));
        Assert.Equal("messaging.unknown-target", Refused(ann, Method.Send, Message(group, Post("lost", thread: 999))));
        Assert.Equal("messaging.malformed", Refused(ann, Method.Send, Message(group, Post(""))));
        Assert.Equal(post + 3, (ulong)Log(ann, group).Count);
    }

    [Fact]
    public void Fetch_FromAnySequence_GivesWhatFollowsWithoutAGap()
    {
        var ann = Server.Join();
        var group = Group(ann);
        for (var number = 0; number < 12; number++)
        {
            Send(ann, group, Post($"{number}"));
        }

        var log = Log(ann, group);

        Assert.Equal(Enumerable.Range(1, log.Count).Select(sequence => (ulong)sequence), log.Select(entry => entry.Sequence));
        Assert.Equal(log, Server.Log(EntityId.Read<ConversationId>(group.ConversationId.Span)));
        var page = Ask<FetchResponse>(ann, Method.Fetch, new FetchRequest { ConversationId = group.ConversationId, After = 5, Limit = 3 });
        Assert.Equal([6UL, 7UL, 8UL], page.Entries.Select(entry => entry.Sequence));
        Assert.Equal((ulong)log.Count, page.LastSequence);
        Assert.Empty(Ask<FetchResponse>(ann, Method.Fetch, new FetchRequest { ConversationId = group.ConversationId, After = 99 }).Entries);
        Assert.Equal("messaging.malformed", Refused(ann, Method.Fetch, new FetchRequest { ConversationId = group.ConversationId, Limit = 501 }));
    }

    [Fact]
    public void Acknowledge_AnyOrder_MovesForwardOnlyAndAllOrNone()
    {
        var ann = Server.Join();
        var (one, other) = (Group(ann), Group(ann));
        Send(ann, one, Post("more"));
        foreach (var sequence in new ulong[] { 2, 3, 1 })
        {
            Ask<AcknowledgeResponse>(ann, Method.Acknowledge, Acknowledge((one, sequence)));
        }

        Assert.Equal("messaging.cursor-ahead", Refused(ann, Method.Acknowledge, Acknowledge((other, 1), (one, 99))));

        Assert.Equal([3UL, 0UL], List(ann, one, other).Select(listed => listed.DeviceCursor));
        Assert.Equal([0UL, 0UL], List(Server.AddDevice(ann), one, other).Select(listed => listed.DeviceCursor));
    }

    [Fact]
    public void MarkRead_AnyOrder_MovesForwardAndIsShownToOtherDevices()
    {
        var (ann, bob) = (Server.Join(), Server.Join());
        var group = Group(ann, bob);
        var bobsOther = Server.AddDevice(bob);
        using var bobs = new Listener(Server, bob);
        using var others = new Listener(Server, bobsOther);
        foreach (var sequence in new ulong[] { 2, 1, 2 })
        {
            Ask<MarkReadResponse>(bob, Method.MarkRead, new MarkReadRequest { Cursor = new Cursor { ConversationId = group.ConversationId, Sequence = sequence } });
        }

        Assert.Empty(bobs.Reads);
        Assert.Equal(2UL, Assert.Single(others.Reads).Cursor.Sequence);
        Assert.Equal(2UL, List(bobsOther, group).Single().ReadSequence);
        Assert.Equal(0UL, List(ann, group).Single().ReadSequence);
    }

    [Fact]
    public void Create_AGroup_IsPushedToAllButTheFoundersDevice()
    {
        var (ann, bob) = (Server.Join(), Server.Join());
        using var anns = new Listener(Server, ann);
        using var bobs = new Listener(Server, bob);

        var group = Group(ann, bob);

        Assert.Empty(anns.Changes);
        Assert.Equal(group, Assert.Single(bobs.Changes));
        Assert.Equal(3UL, group.LastSequence);
        Assert.Equal(Content.KindOneofCase.Titled, Content.Parser.ParseFrom(Log(bob, group)[0].Content).KindCase);
    }

    [Fact]
    public void RemoveMember_HearsOfItAndNothingAfter_UntilAddedAgain()
    {
        var (ann, bob) = (Server.Join(), Server.Join());
        var (group, kept) = (Group(ann, bob), Group(ann, bob));
        using var bobs = new Listener(Server, bob);
        var bobsId = Bytes(bob.Person.ToBytes());
        var stored = Message(group, Post("stored"));
        Ask<SendResponse>(bob, Method.Send, stored);

        Ask<RemoveMemberResponse>(ann, Method.RemoveMember, new RemoveMemberRequest { ConversationId = group.ConversationId, PersonId = bobsId });
        var left = Log(ann, group)[^1];
        Send(ann, group, Post("without bob"));

        Assert.True(Content.Parser.ParseFrom(left.Content).Membership.Left);
        Assert.True(Assert.Single(bobs.Changes).Removed);
        Assert.Empty(bobs.Entries);
        Assert.Equal("access.not-a-member", Refused(bob, Method.Fetch, new FetchRequest { ConversationId = group.ConversationId }));
        Assert.Equal("access.not-a-member", Refused(bob, Method.Send, Message(group, Post("still here?"))));
        Assert.Equal("access.not-a-member", Refused(bob, Method.Send, stored));
        Assert.Equal("access.not-a-member", Refused(bob, Method.Acknowledge, Acknowledge((kept, 1), (group, 1))));
        Assert.Equal(kept.ConversationId, Assert.Single(List(bob)).ConversationId);

        Ask<AddMembersResponse>(ann, Method.AddMembers, new AddMembersRequest { ConversationId = group.ConversationId, Members = { bobsId } });

        Assert.Equal(Log(ann, group), Log(bob, group));
        Assert.Equal(Log(ann, group)[^1], Assert.Single(bobs.Entries));
        Assert.Equal(bobs.Entries[^1].Sequence, bobs.Changes[^1].LastSequence);
        Assert.True(Ask<SendResponse>(bob, Method.Send, stored).Duplicate);
    }

    private protected abstract IDeliveryServer Start();

    private static ByteString Bytes(byte[] id) => ByteString.CopyFrom(id);

    private static Content Post(string text, ulong thread = 0) => new() { Post = new Post { Body = new Body { Text = text }, Thread = thread } };

    private static SendRequest Message(Conversation to, Content content) => new()
    {
        ConversationId = to.ConversationId, ClientMessageId = Bytes(Guid.NewGuid().ToByteArray()), Content = content.ToByteString(),
    };

    private static AcknowledgeRequest Acknowledge(params (Conversation Conversation, ulong Sequence)[] cursors) => new()
    {
        Cursors = { cursors.Select(one => new Cursor { ConversationId = one.Conversation.ConversationId, Sequence = one.Sequence }) },
    };

    private T Ask<T>(Subject device, Method method, IMessage request) => (T)Server.Ask(device, method, request).Value;

    private string Refused(Subject device, Method method, IMessage request) => Server.Ask(device, method, request).Refusal.Reason;

    private SendResponse Send(Subject device, Conversation to, Content content) => Ask<SendResponse>(device, Method.Send, Message(to, content));

    private Conversation Group(Subject founder, params Subject[] others) => Ask<CreateConversationResponse>(founder, Method.CreateConversation, new CreateConversationRequest
    {
        Kind = ConversationKind.Group, Title = "group", Members = { others.Select(other => Bytes(other.Person.ToBytes())) },
    }).Conversation;

    private List<Conversation> List(Subject device, params Conversation[] only)
    {
        var all = Ask<ListConversationsResponse>(device, Method.ListConversations, new ListConversationsRequest()).Conversations;
        return only.Length == 0 ? [.. all] : [.. only.Select(one => all.Single(listed => listed.ConversationId.Equals(one.ConversationId)))];
    }

    private List<Entry> Log(Subject device, Conversation conversation)
    {
        var log = new List<Entry>();
        while (true)
        {
            var page = Ask<FetchResponse>(device, Method.Fetch, new FetchRequest { ConversationId = conversation.ConversationId, After = (ulong)log.Count });
            log.AddRange(page.Entries);
            if ((ulong)log.Count >= page.LastSequence)
            {
                return log;
            }
        }
    }

    private sealed class Listener : IDisposable
    {
        private readonly IDisposable connection;

        public Listener(IDeliveryServer server, Subject device) => connection = server.Connect(device, Hear);

        public List<Entry> Entries { get; } = [];

        public List<Conversation> Changes { get; } = [];

        public List<ReadMoved> Reads { get; } = [];

        public void Dispose() => connection.Dispose();

        private void Hear(Method method, ReadOnlyMemory<byte> body)
        {
            switch (method)
            {
                case Method.EntryAppended:
                    Entries.Add(Entry.Parser.ParseFrom(body.Span));
                    break;
                case Method.ConversationChanged:
                    Changes.Add(Conversation.Parser.ParseFrom(body.Span));
                    break;
                case Method.ReadMoved:
                    Reads.Add(ReadMoved.Parser.ParseFrom(body.Span));
                    break;
            }
        }
    }
}

/// <inheritdoc/>
public sealed class ModelServerTests : DeliveryContract
{
    private protected override IDeliveryServer Start() => new ModelServer(TimeProvider.System, page: 3, ModelBug.None);
}

/// <inheritdoc/>
public sealed class MessagingServerTests : DeliveryContract
{
    private protected override IDeliveryServer Start() => new MessagingServer();
}
