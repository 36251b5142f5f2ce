using Rivet.Cryptography;
using Rivet.Lws.Noise;

namespace Rivet.Lws.Agreement;

/// <summary>Makes an ephemeral X25519 key pair; disposed after the handshake where it can be.</summary>
public delegate ValueTask<IKeyAgreement> MakeEphemeral(CancellationToken ct);

/// <summary>The primitives of an end: libsodium and BouncyCastle here, WebCrypto in a browser, known values in a test.</summary>
public sealed record LinkPrimitives
{
    /// <summary>Ciphers of handshake and records.</summary>
    public required IAeadFactory Aeads { get; init; }

    /// <summary>Ephemeral X25519 keys.</summary>
    public required MakeEphemeral Ephemeral { get; init; }

    /// <summary>ML-KEM-768.</summary>
    public required IKem Kem { get; init; }

    /// <summary>Verifies the signatures that tie static keys to identities.</summary>
    public required ISignatureVerifier Verifier { get; init; }

    internal NoisePrimitives ForNoise() => new(Aeads, new NewEphemeral(Ephemeral), Kem);
}
