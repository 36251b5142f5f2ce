using Rivet.Cryptography;

namespace Rivet.Lws.Noise;

/// <summary>Makes a key pair for one handshake; disposed with it where it can be.</summary>
internal delegate ValueTask<IKeyAgreement> NewEphemeral(CancellationToken ct);

/// <summary>The primitives a handshake works with; the machine's own, or a test's with known values.</summary>
/// <param name="Aeads">Ciphers.</param>
/// <param name="NewEphemeral">Ephemeral X25519 keys.</param>
/// <param name="Kem">ML-KEM-768, for hybrid patterns.</param>
internal sealed record NoisePrimitives(IAeadFactory Aeads, NewEphemeral NewEphemeral, IKem Kem);

/// <summary>What one side brings to a handshake. What the pattern needs and is not here is a bug, and throws.</summary>
internal sealed record HandshakeSetup
{
    public required NoiseProtocol Protocol { get; init; }

    public required bool IsInitiator { get; init; }

    /// <summary>What both sides must have seen alike before the first message; of any length.</summary>
    public required ReadOnlyMemory<byte> Prologue { get; init; }

    /// <summary>This side's static key; stays its owner's.</summary>
    public IKeyAgreement? Static { get; init; }

    /// <summary>The peer's static key, for patterns that know it beforehand.</summary>
    public ReadOnlyMemory<byte> RemoteStatic { get; init; }

    /// <summary>The 32-byte pre-shared key; copied, and the caller zeroes its own.</summary>
    public ReadOnlyMemory<byte> PresharedKey { get; init; }

    /// <summary>Never the pre-shared key.</summary>
    public override string ToString() => "[redacted]";
}
