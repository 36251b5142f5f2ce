using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Messaging.Tests;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>
/// The real Messaging module over the real store, vault and policy. Its threads never show: each request is waited for
/// before anything else happens.
/// </summary>
internal sealed class MessagingServer : IDeliveryServer
{
    private readonly TestState state = new();
    private readonly Dictionary<ConversationId, List<Entry>> logs = [];
    private readonly Dictionary<ConversationId, Subject> founders = [];
    private TestServer server;

    public MessagingServer() => server = Wait(TestServer.StartAsync(state));

    public CompanyId Company { get; set; } = EntityId.New<CompanyId>(TimeProvider.System);

    public Subject Join() => Wait(server.JoinAsync(Company)).Subject;

    public Subject AddDevice(Subject of) => Subject.OfDevice(of.Company, of.Person, EntityId.New<DeviceId>(TimeProvider.System));

    public Result<IMessage, Refusal> Ask(Subject device, Method method, IMessage request)
    {
        var answer = Wait(new TestDevice(server, device).TryAskAsync(method, request));
        if (answer.IsOk && answer.Value is CreateConversationResponse made)
        {
            founders[EntityId.Read<ConversationId>(made.Conversation.ConversationId.Span)] = device;
        }

        return answer;
    }

    public IDisposable Connect(Subject device, Action<Method, ReadOnlyMemory<byte>> push)
    {
        var connection = new Connection(server, device, push);
        foreach (var observer in server.Services.GetServices<ILwsConnectionObserver>())
        {
            Assert.True(Wait(observer.SignedInAsync(connection, CancellationToken.None).AsTask()));
        }

        return connection;
    }

    public void Crash()
    {
        Wait(server.DisposeAsync().AsTask());
        server = Wait(TestServer.StartAsync(state));
    }

    /// <summary>Read onwards as its founder, who is never removed: what was read once cannot change unseen, for every device is compared with it.</summary>
    public IReadOnlyList<Entry> Log(ConversationId conversation)
    {
        if (!logs.TryGetValue(conversation, out var log))
        {
            logs.Add(conversation, log = []);
        }

        FetchResponse page;
        do
        {
            page = (FetchResponse)Ask(founders[conversation], Method.Fetch, new FetchRequest
            {
                ConversationId = ByteString.CopyFrom(conversation.ToBytes()), After = (ulong)log.Count,
            }).Value;
            log.AddRange(page.Entries);
        }
        while ((ulong)log.Count < page.LastSequence && page.Entries.Count > 0);
        return log;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        state.Dispose();
    }

    private static T Wait<T>(Task<T> task)
    {
        Wait((Task)task);
        return task.Result;
    }

    private static void Wait(Task task)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        task.GetAwaiter().GetResult();
        SynchronizationContext.SetSynchronizationContext(context);
    }

    private sealed class Connection(TestServer server, Subject subject, Action<Method, ReadOnlyMemory<byte>> push) : ILwsConnection, IDisposable
    {
        public Subject Subject => subject;

        public bool TryPush(PushFrame frame)
        {
            push(frame.Method, frame.Body);
            return true;
        }

        public void Close(CloseReason reason) => throw new NotSupportedException("Nobody is signed out here.");

        public void Dispose()
        {
            foreach (var observer in server.Services.GetServices<ILwsConnectionObserver>())
            {
                Wait(observer.ClosedAsync(this).AsTask());
            }
        }
    }
}
