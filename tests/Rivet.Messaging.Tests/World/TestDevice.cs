using System.Buffers;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

/// <summary>A signed-in device: asks through the mapped endpoints, the access question included.</summary>
internal sealed class TestDevice(TestServer server, Subject subject)
{
    public Subject Subject => subject;

    public ByteString Person => ByteString.CopyFrom(subject.Person.ToBytes());

    public static ByteString NewId() => ByteString.CopyFrom(Guid.NewGuid().ToByteArray());

    public static Content Post(string text, ulong thread = 0) => new() { Post = new Post { Body = new Body { Text = text }, Thread = thread } };

    public async Task<TestConnection> ConnectAsync()
    {
        var connection = new TestConnection(subject);
        foreach (var observer in server.Services.GetServices<ILwsConnectionObserver>())
        {
            Assert.True(await observer.SignedInAsync(connection, CancellationToken.None));
        }

        return connection;
    }

    public async Task DisconnectAsync(TestConnection connection)
    {
        foreach (var observer in server.Services.GetServices<ILwsConnectionObserver>())
        {
            await observer.ClosedAsync(connection);
        }
    }

    public async Task<Result<IMessage, Refusal>> TryAskAsync(Method method, IMessage request)
        => await server.Endpoints.Find(method)!.AnswerAsync(
            server.Services.GetRequiredService<IAccess>(), subject, new ReadOnlySequence<byte>(request.ToByteArray()), null, CancellationToken.None);

    public async Task<TResponse> AskAsync<TResponse>(Method method, IMessage request)
        => (await TryAskAsync(method, request)).TryGet(out var response, out var refusal)
            ? (TResponse)response
            : throw new InvalidOperationException($"{method} was refused: {refusal}");

    public async Task<Refusal> RefusedAsync(Method method, IMessage request)
        => (await TryAskAsync(method, request)).TryGet(out var response, out var refusal)
            ? throw new InvalidOperationException($"{method} was answered: {response}")
            : refusal;

    public async Task<Conversation> DirectAsync(TestDevice other)
        => (await AskAsync<CreateConversationResponse>(
            Method.CreateConversation, new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { other.Person } })).Conversation;

    public async Task<Conversation> GroupAsync(string title, params TestDevice[] others)
        => (await AskAsync<CreateConversationResponse>(
            Method.CreateConversation,
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = title, Members = { others.Select(other => other.Person) } })).Conversation;

    public Task<SendResponse> SendAsync(Conversation conversation, Content content, ByteString? id = null)
        => AskAsync<SendResponse>(Method.Send, Message(conversation, content, id));

    public Task<Refusal> SendRefusedAsync(Conversation conversation, Content content, ByteString? id = null)
        => RefusedAsync(Method.Send, Message(conversation, content, id));

    public Task<FetchResponse> FetchAsync(Conversation conversation, ulong after = 0, uint limit = 0)
        => AskAsync<FetchResponse>(Method.Fetch, new FetchRequest { ConversationId = conversation.ConversationId, After = after, Limit = limit });

    public Task<ListConversationsResponse> ListAsync() => AskAsync<ListConversationsResponse>(Method.ListConversations, new ListConversationsRequest());

    /// <summary>The whole log, fetched page by page.</summary>
    public async Task<List<Entry>> LogAsync(Conversation conversation)
    {
        var log = new List<Entry>();
        while (true)
        {
            var page = await FetchAsync(conversation, (ulong)log.Count);
            log.AddRange(page.Entries);
            if ((ulong)log.Count == page.LastSequence)
            {
                return log;
            }

            Assert.NotEmpty(page.Entries);
        }
    }

    public static SendRequest Message(Conversation conversation, Content content, ByteString? id = null) => new()
    {
        ConversationId = conversation.ConversationId,
        ClientMessageId = id ?? NewId(),
        Content = content.ToByteString(),
    };
}

/// <summary>Identifiers as the store orders them.</summary>
internal sealed class ByteOrder : IComparer<ByteString>
{
    public static readonly ByteOrder Instance = new();

    public int Compare(ByteString? x, ByteString? y) => x!.Span.SequenceCompareTo(y!.Span);
}
