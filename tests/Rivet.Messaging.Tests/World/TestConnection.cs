using System.Collections.Concurrent;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

/// <summary>A connection that keeps what it was pushed.</summary>
internal sealed class TestConnection(Subject subject) : ILwsConnection
{
    private readonly ConcurrentQueue<PushFrame> pushes = new();

    public Subject Subject => subject;

    public CloseReason? Closed { get; private set; }

    public IEnumerable<Entry> Entries => Of(Method.EntryAppended, Entry.Parser);

    public IEnumerable<Conversation> Changes => Of(Method.ConversationChanged, Conversation.Parser);

    public IEnumerable<ReadMoved> Reads => Of(Method.ReadMoved, ReadMoved.Parser);

    public IEnumerable<Typing> Typing => Of(Method.TypingShown, Wire.Typing.Parser);

    public IEnumerable<Presence> Presence => Of(Method.PresenceChanged, Wire.Presence.Parser);

    public bool TryPush(PushFrame push)
    {
        pushes.Enqueue(push);
        return true;
    }

    public void Close(CloseReason reason) => Closed = reason;

    public void Forget() => pushes.Clear();

    private IEnumerable<T> Of<T>(Method method, Google.Protobuf.MessageParser<T> parser)
        where T : Google.Protobuf.IMessage<T>
        => pushes.Where(push => push.Method == method).Select(push => parser.ParseFrom(push.Body.Span)).ToList();
}
