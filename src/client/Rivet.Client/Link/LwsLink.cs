using System.Threading.Channels;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Link;

/// <summary>
/// One signed-in connection to a server. Safe for concurrent use. It does not reconnect: whoever holds it connects
/// anew with back-off, lists its conversations and fetches what it missed.
/// </summary>
public sealed class LwsLink : IAsyncDisposable
{
    private LwsLink(Welcome welcome) => Welcome = welcome;

    /// <summary>Who this device is, as the server knows it.</summary>
    public Welcome Welcome { get; }

    /// <summary>
    /// What the server says unasked, in its order; completes when the link ends. Read it steadily: a reader that
    /// falls behind holds up answers too, and the server closes such a link with <see cref="CloseReason.TooSlow"/>.
    /// </summary>
    public ChannelReader<LinkPush> Pushes => throw new NotSupportedException();

    /// <summary>
    /// Completes, never fails, when the link ends: with the reason the server gave, with <see cref="CloseReason.Goodbye"/>
    /// after an own close, with <see cref="CloseReason.CloseNone"/> when the connection was lost.
    /// </summary>
    public Task<CloseReason> Closed => throw new NotSupportedException();

    /// <summary>Connects, proves both sides and signs in, or joins with a one-time code.</summary>
    /// <param name="target">Where, and which identity the server must prove.</param>
    /// <param name="keys">The device's keys; stay the caller's.</param>
    /// <param name="join">How a new device joins; null for a known one.</param>
    /// <param name="time">The clock of time limits and keep-alive.</param>
    /// <param name="ct">Ends the attempt; later it has no effect.</param>
    public static Task<Result<LwsLink, LinkRefusal>> ConnectAsync(
        LinkTarget target, DeviceKeys keys, Join? join, TimeProvider time, CancellationToken ct)
        => throw new NotSupportedException();

    /// <summary>
    /// Asks and waits for the answer. A lost link gives <see cref="RefusalCode.Unavailable"/> with the reason
    /// <c>link.lost</c>: whether the server did it is unknown, so only repeat what is safe to repeat.
    /// </summary>
    public ValueTask<Result<TResponse, Refusal>> AskAsync<TResponse>(
        Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
        => throw new NotSupportedException();

    /// <summary>Sends a ping; completes with the round-trip time, or null when the link ended first.</summary>
    public ValueTask<TimeSpan?> PingAsync(CancellationToken ct) => throw new NotSupportedException();

    /// <summary>Says goodbye and closes.</summary>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
