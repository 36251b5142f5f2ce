using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Link.Recording;
using Rivet.Wire;

namespace Rivet.Client.Native.Tls;

/// <summary>The link of an installed client.</summary>
public static class TlsLink
{
    /// <summary>The ciphers of its records.</summary>
    public static IAeadFactory Aeads => LinkCryptography.Primitives.Aeads;

    /// <summary>Connects, proves both sides and signs in, or joins with a one-time code; takes at most 20 s.</summary>
    /// <param name="target">Where, and which identity the server must prove.</param>
    /// <param name="keys">The device's keys; stay the caller's.</param>
    /// <param name="join">How a new device joins; null for a known one.</param>
    /// <param name="memory">What is known of this server, and learns more; null forgets.</param>
    /// <param name="time">The clock of time limits and keep-alive.</param>
    /// <param name="ct">Ends the attempt by an exception; later it has no effect.</param>
    /// <param name="recorder">Writes down what passes; null for nobody.</param>
    public static Task<Result<LwsLink, LinkRefusal>> ConnectAsync(
        LinkTarget target, DeviceKeys keys, Join? join, ServerMemory? memory, TimeProvider time, CancellationToken ct, LinkRecorder? recorder = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        return LwsLink.ConnectAsync(TlsWire.To(target), Terms(target, keys, join, memory, time, recorder), ct);
    }

    internal static LinkTerms Terms(
        LinkTarget target, DeviceKeys keys, Join? join, ServerMemory? memory, TimeProvider time, LinkRecorder? recorder = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(time);
        return new LinkTerms
        {
            ServerKey = target.ServerKey,
            Identity = keys.Identity,
            Static = keys.Static,
            Primitives = LinkCryptography.Primitives,
            Join = join,
            Memory = memory ?? new ServerMemory(),
            Time = time,
            Recorder = recorder,
        };
    }
}
