using System.Threading.Channels;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Link.Dialling;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Link;

/// <summary>
/// One signed-in connection to a server. Safe for concurrent use. It does not reconnect: whoever holds it connects
/// anew with back-off, lists its conversations and fetches what it missed.
/// </summary>
public sealed partial class LwsLink : IAsyncDisposable
{
    private const int MaxUnsent = 32 * 1024 * 1024;
    private const int MaxUnreadPushes = 16 * 1024;

    private readonly RecordLine line;
    private readonly ServerMemory memory;
    private readonly TimeProvider time;
    private readonly FrameQueue queue = new(MaxUnsent);
    private readonly Lock gate = new();
    private readonly Dictionary<uint, PendingAsk> asks = [];
    private readonly Channel<LinkPush> pushes = Channel.CreateUnbounded<LinkPush>(new() { SingleWriter = true });
    private readonly TaskCompletionSource<CloseReason> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LinkHeartbeat heartbeat;
    private uint lastStream;
    private bool over;
    private volatile bool leaving;

    private LwsLink(Dialled dialled, LinkTerms terms)
    {
        memory = terms.Memory;
        time = terms.Time;
        line = dialled.Line;
        Welcome = dialled.Welcome;
        Terms = dialled.Terms;
        heartbeat = new LinkHeartbeat(time, terms.Chance, ping: () => SendPing(stream: 0), giveUp: () => End(CloseReason.CloseNone));
        _ = ReadAllAsync();
    }

    /// <summary>Who this device is, as the server knows it.</summary>
    public Welcome Welcome { get; }

    /// <summary>What the two ends agreed on: version, pattern, cipher, what binds the link to its TLS channel.</summary>
    public AgreedTerms Terms { get; }

    /// <summary>
    /// What the server says unasked, in its order; completes when the link ends. A reader that falls behind by 16,384
    /// ends the link with <see cref="CloseReason.TooSlow"/>: connect anew and fetch.
    /// </summary>
    public ChannelReader<LinkPush> Pushes => pushes.Reader;

    /// <summary>
    /// Completes, never fails, when the link ends: with the reason the server gave, with <see cref="CloseReason.Goodbye"/>
    /// after an own close, with <see cref="CloseReason.CloseNone"/> when the connection was lost.
    /// </summary>
    public Task<CloseReason> Closed => closed.Task;

    /// <summary>Connects, proves both sides and signs in, or joins with a one-time code; takes at most 20 s.</summary>
    /// <param name="reach">Reaches the server.</param>
    /// <param name="terms">The device, and which identity the server must prove.</param>
    /// <param name="ct">Ends the attempt by an exception; later it has no effect.</param>
    public static async Task<Result<LwsLink, LinkRefusal>> ConnectAsync(ReachServer reach, LinkTerms terms, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(reach);
        ArgumentNullException.ThrowIfNull(terms);
        var dialled = await new LinkDialer(reach, terms).DialAsync(ct);
        return dialled.TryGet(out var signedIn, out var refusal) ? new LwsLink(signedIn, terms) : refusal;
    }

    /// <summary>
    /// Asks and waits for the answer. A lost link gives <see cref="RefusalCode.Unavailable"/> with the reason
    /// <c>link.lost</c>: whether the server did it is unknown, so only repeat what is safe to repeat.
    /// </summary>
    public ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
    {
        ct.ThrowIfCancellationRequested();
        var ask = new PendingAsk<TResponse>(parser);
        FrameQueue.Queued queued;
        uint stream;
        lock (gate)
        {
            // Numbered and queued in one step: the numbers must grow on the wire.
            stream = lastStream + 1;
            queued = lastStream == uint.MaxValue || over ? FrameQueue.Queued.Ended : queue.Add(FrameType.Request, method, stream, request);
            if (queued is FrameQueue.Queued.Accepted or FrameQueue.Queued.MustSend)
            {
                lastStream = stream;
                asks.Add(stream, ask);
            }
        }

        switch (queued)
        {
            case FrameQueue.Queued.Ended:
                return new(PendingAsk.Lost());
            case FrameQueue.Queued.TooLarge:
                return new(new Refusal { Code = RefusalCode.TooLarge, Reason = "link.too-large", Detail = "The request does not fit a frame." });
            case FrameQueue.Queued.Full:
                return new(new Refusal { Code = RefusalCode.TooMany, Reason = "link.queue-full", Detail = "Too much waits to be sent." });
            case FrameQueue.Queued.MustSend:
                _ = SendAllAsync();
                break;
        }

        return ct.CanBeCanceled ? new(WithdrawableAsync(ask.Answer, stream, ct)) : new(ask.Answer);
    }

    /// <summary>Sends a ping; completes with the round-trip time, or null when the link ended first.</summary>
    public async ValueTask<TimeSpan?> PingAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var pong = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        uint number;
        lock (gate)
        {
            if (over)
            {
                return null;
            }

            number = ++lastPing;
            pings.Add(number, pong);
        }

        SendPing(number);
        return await pong.Task.WaitAsync(ct) ? time.GetElapsedTime(started) : null;
    }

    /// <summary>Says goodbye, waits until it is sent (at most 2 s) and closes. Requests under way end as lost.</summary>
    public async ValueTask DisposeAsync()
    {
        leaving = true;
        if (queue.End(FrameWriter.ToArray(FrameType.Close, Method.None, 0, new Close { Reason = CloseReason.Goodbye }), dropUnsent: false)
            == FrameQueue.Queued.MustSend)
        {
            _ = SendAllAsync();
        }

        try
        {
            await said.Task.WaitAsync(TimeSpan.FromSeconds(2), time);
        }
        catch (TimeoutException)
        {
        }

        End(CloseReason.Goodbye);
        await closed.Task;
    }

    private async Task<Result<TResponse, Refusal>> WithdrawableAsync<TResponse>(
        Task<Result<TResponse, Refusal>> answer, uint stream, CancellationToken ct)
    {
        try
        {
            return await answer.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            lock (gate)
            {
                asks.Remove(stream);
            }

            throw;
        }
    }
}
