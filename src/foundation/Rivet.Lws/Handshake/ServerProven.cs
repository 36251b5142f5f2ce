using Google.Protobuf;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Lws.Handshake;

/// <summary>The client's second state: the server proved the pinned identity over this very channel.</summary>
public sealed class ServerProven
{
    private readonly ChannelBinding binding;
    private readonly byte[] hello;
    private readonly byte[] challenge;

    internal ServerProven(ChannelBinding binding, byte[] hello, byte[] challenge)
    {
        this.binding = binding;
        this.hello = hello;
        this.challenge = challenge;
    }

    /// <summary>Makes the proof.</summary>
    /// <param name="keys">The device's public keys.</param>
    /// <param name="join">How a new device joins; null for a known one.</param>
    /// <param name="signer">Signs with the device's identity key.</param>
    /// <param name="ct">Ends the attempt.</param>
    public async ValueTask<Result<AwaitingWelcome, HandshakeRefusal>> ProveAsync(
        KeyBundle keys, Join? join, ISigner signer, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var said = new DeviceStatement { Keys = keys };
        if (join is null)
        {
            said.SignIn = new SignIn();
        }
        else
        {
            said.Join = join;
        }

        var statement = said.ToByteArray();
        var signature = await signer.SignAsync(SignedMessages.Device(binding, hello, challenge, statement), ct);
        if (signature is null)
        {
            return HandshakeRefusal.Unavailable;
        }

        var proof = new Proof { Statement = UnsafeByteOperations.UnsafeWrap(statement), Signature = UnsafeByteOperations.UnsafeWrap(signature) };
        return new AwaitingWelcome(proof.ToByteArray());
    }
}

/// <summary>The client's third state: it proved itself and waits for the welcome.</summary>
public sealed class AwaitingWelcome
{
    internal AwaitingWelcome(byte[] proof) => Proof = proof;

    /// <summary>The body of the proof frame, to be sent as it is.</summary>
    public ReadOnlyMemory<byte> Proof { get; }

    /// <summary>Reads the welcome; null when it is malformed.</summary>
    public static Welcome? Accept(ReadOnlyMemory<byte> welcome)
        => Protobuf.TryParse(Welcome.Parser, welcome, out var received)
            && EntityId.TryRead<DeviceId>(received.DeviceId.Span, out _)
            && EntityId.TryRead<PersonId>(received.PersonId.Span, out _)
            && EntityId.TryRead<CompanyId>(received.CompanyId.Span, out _)
            ? received
            : null;
}
