using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Hosting.Link;

/// <summary>A signed-in device's connection, as modules see it.</summary>
public interface ILwsConnection
{
    /// <summary>Who is connected.</summary>
    Subject Subject { get; }

    /// <summary>
    /// Queues a push; never waits. False when the connection is closed or its queue of unsent bytes is full, in which
    /// case it is evicted with <see cref="CloseReason.TooSlow"/>: the log is the truth and the device fetches later.
    /// </summary>
    bool TryPush(PushFrame push);

    /// <summary>Says why, then closes. Returns at once.</summary>
    void Close(CloseReason reason);
}

/// <summary>A push encoded once and sent to many connections.</summary>
public sealed class PushFrame
{
    private readonly byte[] frame;

    private PushFrame(Method method, byte[] frame)
    {
        Method = method;
        this.frame = frame;
    }

    /// <summary>The push method, from 0x8000.</summary>
    public Method Method { get; }

    /// <summary>The encoded body.</summary>
    public ReadOnlyMemory<byte> Body => frame.AsMemory(LwsConstants.HeaderSize);

    /// <summary>The whole frame, the same for every connection.</summary>
    internal ReadOnlyMemory<byte> Frame => frame;

    /// <summary>Encodes a push; a frame over <see cref="LwsConstants.MaxFrame"/> is a bug of the caller.</summary>
    public static PushFrame Encode(Method method, IMessage body)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((int)method, LwsConstants.FirstPush);
        var frame = FrameWriter.ToArray(FrameType.Push, method, 0, body);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, LwsConstants.MaxFrame, nameof(body));
        return new PushFrame(method, frame);
    }
}

/// <summary>Follows connections; modules add theirs to the services. Called in order of registration.</summary>
public interface ILwsConnectionObserver
{
    /// <summary>
    /// The device is signed in and has not yet been welcomed: pushes queued from now on follow the welcome.
    /// False refuses the connection (a device signed out meanwhile, say).
    /// </summary>
    ValueTask<bool> SignedInAsync(ILwsConnection connection, CancellationToken ct);

    /// <summary>The connection is gone. Called once for each connection that <see cref="SignedInAsync"/> saw.</summary>
    ValueTask ClosedAsync(ILwsConnection connection);
}
