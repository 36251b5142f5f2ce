using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>
/// A server's side of docs/protocol/lws.md §8, without links: the real Messaging module, and the model that stands in for
/// it where tens of thousands of schedules are run. <see cref="DeliveryContract"/> says what both do.
/// </summary>
internal interface IDeliveryServer : IAsyncDisposable
{
    /// <summary>A new person with one device.</summary>
    Subject Join();

    /// <summary>A further device of a person.</summary>
    Subject AddDevice(Subject of);

    /// <summary>Answers a request of a device; what it changes is committed when this returns.</summary>
    Result<IMessage, Refusal> Ask(Subject device, Method method, IMessage request);

    /// <summary>A device is connected until the result is disposed; pushes come in the order of the commits.</summary>
    IDisposable Connect(Subject device, Action<Method, ReadOnlyMemory<byte>> push);

    /// <summary>The process dies and comes back with what is durable; every connection is gone.</summary>
    void Crash();

    /// <summary>A conversation's committed log.</summary>
    IReadOnlyList<Entry> Log(ConversationId conversation);
}
