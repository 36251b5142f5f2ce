using System.Threading.Channels;
using Google.Protobuf;
using Rivet.Client.Links;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>A client's end of a link, and what both ends know of it.</summary>
internal sealed class SimulatedLink(SimulatedNetwork network, Device device, Process process, Welcome welcome) : ILink
{
    private readonly Channel<LinkPush> pushes = Channel.CreateUnbounded<LinkPush>(new UnboundedChannelOptions { AllowSynchronousContinuations = true });
    private readonly TaskCompletionSource<CloseReason> closed = new();
    private readonly HashSet<PendingRequest> pending = [];

    public Welcome Welcome => welcome;

    public ChannelReader<LinkPush> Pushes => pushes.Reader;

    public Task<CloseReason> Closed => closed.Task;

    public Device Device => device;

    public Process Process => process;

    /// <summary>The server's end; null once the server has closed it or died.</summary>
    public IDisposable? Session { get; set; }

    /// <summary>Nothing travels on it any more, and neither end knows yet.</summary>
    public bool IsStalled { get; set; }

    /// <summary>When the last frame of each way arrives: the frames of one stream stay in order.</summary>
    public TimeSpan LastUp { get; set; }

    public TimeSpan LastDown { get; set; }

    public bool IsOver => closed.Task.IsCompleted;

    public async ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        ct.ThrowIfCancellationRequested();
        if (IsOver)
        {
            return PendingRequest.LinkLost;
        }

        var asked = new PendingRequest<TResponse>(parser);
        pending.Add(asked);
        network.Carry(this, method, request, answer =>
        {
            pending.Remove(asked);
            asked.Answer(answer);
        });
        return await asked.WaitAsync(ct);
    }

    public void Push(Method method, ReadOnlyMemory<byte> body) => pushes.Writer.TryWrite(new LinkPush(method, body));

    /// <summary>The client learns that it is over.</summary>
    public void End(CloseReason reason)
    {
        if (!closed.TrySetResult(reason))
        {
            return;
        }

        pushes.Writer.TryComplete();
        foreach (var request in pending)
        {
            request.Answer(PendingRequest.LinkLost);
        }

        pending.Clear();
    }

    public ValueTask DisposeAsync()
    {
        network.HangUp(this);
        End(CloseReason.Goodbye);
        return default;
    }
}
