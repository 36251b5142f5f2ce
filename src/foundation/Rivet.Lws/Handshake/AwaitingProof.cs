using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Lws.Handshake;

/// <summary>The server's second state: it proved itself and waits for the device's proof.</summary>
public sealed class AwaitingProof
{
    private readonly ChannelBinding binding;
    private readonly byte[] hello;
    private readonly byte[] challenge;

    internal AwaitingProof(ChannelBinding binding, byte[] hello, byte[] challenge)
    {
        this.binding = binding;
        this.hello = hello;
        this.challenge = challenge;
    }

    /// <summary>The body of the challenge frame, to be sent as it is.</summary>
    public ReadOnlyMemory<byte> Challenge => challenge;

    /// <summary>Which channel binding is in what is signed.</summary>
    public string Binding => binding.Kind;

    /// <summary>Judges the proof. What it gives is only proven to hold its keys: whether it may use the link is the register's to say.</summary>
    public async ValueTask<Result<ProvenDevice, HandshakeRefusal>> VerifyAsync(
        ReadOnlyMemory<byte> proof, ISignatureVerifier verifier, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        if (!Protobuf.TryParse(Proof.Parser, proof, out var received)
            || !Protobuf.TryParse(DeviceStatement.Parser, received.Statement.Memory, out var statement))
        {
            return HandshakeRefusal.Malformed;
        }

        if (!Offer.HasSizes(statement.Keys) || statement.PurposeCase == DeviceStatement.PurposeOneofCase.None)
        {
            return HandshakeRefusal.Unproven;
        }

        var keys = statement.Keys;
        var signed = SignedMessages.Device(binding, hello, challenge, received.Statement.Span);
        var keySigned = SignedMessages.StaticKey(keys.StaticKey.Span);
        return await verifier.VerifyAsync(keys.IdentityKey.Memory, signed, received.Signature.Memory, ct)
            && await verifier.VerifyAsync(keys.IdentityKey.Memory, keySigned, keys.StaticSignature.Memory, ct)
            ? new ProvenDevice(keys, statement.Join)
            : HandshakeRefusal.Unproven;
    }
}

/// <summary>The server's third state: the other end holds these keys and spoke over this very channel.</summary>
public sealed class ProvenDevice
{
    internal ProvenDevice(KeyBundle keys, Join? join)
    {
        Keys = keys;
        Join = join;
    }

    /// <summary>The device's public keys; both signatures hold.</summary>
    public KeyBundle Keys { get; }

    /// <summary>How a new device wants to join; null for one that says it is known.</summary>
    public Join? Join { get; }
}
