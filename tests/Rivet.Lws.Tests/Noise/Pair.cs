using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Tests.Noise;

/// <summary>Two sides of one protocol of the link, each of which a test may set up wrongly.</summary>
internal sealed class Pair : IDisposable
{
    public static readonly X25519Key Device = X25519Key.Create();
    public static readonly X25519Key Server = X25519Key.Create();
    private static readonly byte[] Ticket = [.. Enumerable.Repeat((byte)7, 32)];

    public Pair(
        string protocol,
        Func<HandshakeSetup, HandshakeSetup>? initiator = null,
        Func<HandshakeSetup, HandshakeSetup>? responder = null,
        NoisePrimitives? initiatorPrimitives = null,
        NoisePrimitives? responderPrimitives = null)
    {
        var (left, right) = (Setup(protocol, isInitiator: true), Setup(protocol, isInitiator: false));
        Initiator = new HandshakeState(initiator?.Invoke(left) ?? left, initiatorPrimitives ?? NoiseVector.Fresh());
        Responder = new HandshakeState(responder?.Invoke(right) ?? right, responderPrimitives ?? NoiseVector.Fresh());
        Count = left.Protocol.Pattern.Messages.Length;
    }

    /// <summary>What the link speaks.</summary>
    public static TheoryData<string> Protocols =>
    [
        .. from pattern in new[] { HandshakePattern.KnownServer, HandshakePattern.FirstContact, HandshakePattern.Resumption }
           from suite in new[] { AeadSuite.Aes256Gcm, AeadSuite.ChaCha20Poly1305 }
           select new NoiseProtocol(pattern, suite).Name,
    ];

    public HandshakeState Initiator { get; }

    public HandshakeState Responder { get; }

    /// <summary>How many messages there are.</summary>
    public int Count { get; }

    public static HandshakeSetup Setup(string name, bool isInitiator)
    {
        Assert.True(NoiseProtocol.TryParse(name, out var protocol));
        var pattern = protocol.Pattern;
        return new HandshakeSetup
        {
            Protocol = protocol,
            IsInitiator = isInitiator,
            Prologue = "prologue"u8.ToArray(),
            Static = pattern.NeedsStatic(isInitiator) ? (isInitiator ? Device : Server) : null,
            RemoteStatic = isInitiator && pattern.ResponderKnown ? Server.PublicKey : default,
            PresharedKey = pattern.HasPsk ? Ticket : default,
        };
    }

    /// <summary>The side whose turn it is to write the message of that index, then the other.</summary>
    public (HandshakeState Writer, HandshakeState Reader) Sides(int turn) => turn % 2 == 0 ? (Initiator, Responder) : (Responder, Initiator);

    /// <summary>
    /// Carries every message across what may change it. True when both sides complete; otherwise the side that noticed
    /// is dead, and stays it.
    /// </summary>
    public async Task<bool> RunAsync(Func<int, byte[], byte[]>? change = null)
    {
        for (var turn = 0; turn < Count; turn++)
        {
            var (writer, reader) = Sides(turn);
            if (await writer.WriteAsync("payload"u8.ToArray(), CancellationToken.None) is not { } message)
            {
                return await AssertDeadAsync(writer);
            }

            if (await reader.ReadAsync(change?.Invoke(turn, message) ?? message, CancellationToken.None) is null)
            {
                return await AssertDeadAsync(reader);
            }
        }

        return Initiator.IsComplete && Responder.IsComplete;
    }

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
    }

    private static async Task<bool> AssertDeadAsync(HandshakeState state)
    {
        Assert.True(state.IsEnded);
        Assert.False(state.IsComplete);
        Assert.Null(await state.WriteAsync(default, CancellationToken.None));
        Assert.Null(await state.ReadAsync(new byte[4096], CancellationToken.None));
        Assert.Throws<InvalidOperationException>(state.Split);
        return false;
    }
}
