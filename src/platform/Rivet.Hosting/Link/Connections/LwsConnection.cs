using System.Buffers;
using System.IO.Pipelines;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>
/// One link from the end of its transport's handshake to its end. An idle one holds a pending read and this object:
/// no task, timer, channel or buffer of its own.
/// </summary>
internal sealed partial class LwsConnection : ILwsConnection
{
    private readonly LinkServer server;
    private readonly LinkTransport transport;
    private readonly int puzzleBits;
    private readonly PipeReader input;
    private readonly FrameQueue queue;
    private StreamOrder order;
    private long since;
    private int followers;
    private bool welcomed;
    private KeyBundle? keys;
    private LinkBinding binding;
    private volatile Phase phase;

    public LwsConnection(LinkServer server, LinkTransport transport, int puzzleBits)
    {
        this.server = server;
        this.transport = transport;
        this.puzzleBits = puzzleBits;
        input = transport.Input;
        queue = new FrameQueue(server.Options.MaxUnsent);
        since = server.Time.GetTimestamp();
    }

    private enum Phase
    {
        HalfOpen,
        Open,
        Closing,
    }

    /// <inheritdoc/>
    public Subject Subject { get; private set; }

    private CancellationToken Gone => transport.Gone;

    private LinkOrigin Origin => new(transport.Remote, binding);

    /// <summary>Signs in, serves, says goodbye. Never throws for what a peer does.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (await SignInWithinLimitAsync() is { } device && await WelcomeAsync(device))
            {
                await ServeAsync();
            }
        }
        catch (Exception lost) when (lost is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            Log.Lost(server.Logger, lost);
        }

        Forget();
        var said = phase == Phase.Closing;
        await DismissAsync();
        if (said)
        {
            await LingerAsync();
        }

        records?.Dispose();
    }

    /// <inheritdoc/>
    public bool TryPush(PushFrame push)
    {
        switch (queue.Add(push.Frame, server.Options.MaxUnsentPushes))
        {
            case FrameQueue.Queued.Accepted:
                return true;
            case FrameQueue.Queued.MustSend:
                SendSoon();
                return true;
            case FrameQueue.Queued.Full:
                Close(CloseReason.TooSlow);
                return false;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public void Close(CloseReason reason)
    {
        if (End(reason))
        {
            SendSoon();
        }
    }

    /// <summary>Ends what took too long; called by the one timer of all connections.</summary>
    public void Sweep(long now)
    {
        var options = server.Options;
        var writing = Volatile.Read(ref writingSince);
        if (writing != 0 && Elapsed(writing) > options.StallLimit)
        {
            transport.Abort("The peer does not read.");
            return;
        }

        var quiet = Elapsed(Volatile.Read(ref since));
        switch (phase)
        {
            case Phase.HalfOpen when quiet > options.HalfOpenLimit:
                server.Meters.Refused("half-open");
                Close(CloseReason.Idle);
                break;
            case Phase.Open when quiet > options.IdleLimit:
                Close(CloseReason.Idle);
                break;
            case Phase.Closing when quiet > options.LingerLimit:
                transport.Abort("The peer does not close.");
                break;
        }

        TimeSpan Elapsed(long from) => server.Time.GetElapsedTime(from, now);
    }

    /// <summary>Queues the last frame; true when the caller has to send.</summary>
    private bool End(CloseReason reason)
    {
        var frame = FrameWriter.ToArray(FrameType.Close, Method.None, 0, new Close { Reason = reason });
        var queued = queue.End(frame, dropUnsent: reason == CloseReason.TooSlow);
        if (queued == FrameQueue.Queued.Ended)
        {
            return false;
        }

        if (reason == CloseReason.SignedOut)
        {
            server.Tickets.Drop(Subject.Device);
        }

        server.Meters.Closed(reason);
        if (Subject.Kind != SubjectKind.None)
        {
            Log.Closed(server.Logger, Subject.Device.ToString(), reason.ToString());
        }

        Volatile.Write(ref since, server.Time.GetTimestamp());
        phase = Phase.Closing;
        Interlocked.MemoryBarrier();
        SignalRoom();
        input.CancelPendingRead();
        return queued == FrameQueue.Queued.MustSend;
    }

    /// <summary>Tells the observers, last first, that the connection is gone.</summary>
    private async ValueTask DismissAsync()
    {
        if (phase != Phase.Closing)
        {
            phase = Phase.Closing;
            queue.Abandon();
        }

        streams?.Abandon();
        if (welcomed)
        {
            server.Meters.Ended(binding);
        }

        while (followers-- > 0)
        {
            try
            {
                await server.Observers[followers].ClosedAsync(this);
            }
            catch (Exception exception)
            {
                Log.ObserverFailed(server.Logger, exception);
            }
        }
    }

    /// <summary>
    /// Reads on and forgets until the peer closes: closing a socket with unread bytes would reset the connection and
    /// could take the reason with it. Bounded in bytes, and in time by the sweep.
    /// </summary>
    private async ValueTask LingerAsync()
    {
        try
        {
            for (long forgotten = 0; forgotten < LwsConstants.MaxFrame;)
            {
                var read = await input.ReadAsync();
                forgotten += read.Buffer.Length;
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception lost) when (lost is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            Log.Lost(server.Logger, lost);
        }
    }
}
