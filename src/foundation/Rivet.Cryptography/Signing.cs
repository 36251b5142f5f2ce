namespace Rivet.Cryptography;

/// <summary>
/// Signs with one Ed25519 key (RFC 8032 §5.1, pure). The key may live elsewhere (a vault, a key module, WebCrypto),
/// so signing may complete later and may be impossible for a while.
/// </summary>
public interface ISigner
{
    /// <summary>The public key, 32 bytes.</summary>
    ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Signs the exact bytes. Gives 64 bytes, or null while the key's holder cannot answer.</summary>
    ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct);
}

/// <summary>Verifies Ed25519 signatures (RFC 8032 §5.1.7). Hostile input gives false, never an exception.</summary>
public interface ISignatureVerifier
{
    /// <summary>Whether <paramref name="signature"/> (64 bytes) is <paramref name="publicKey"/>'s (32 bytes) over the message.</summary>
    ValueTask<bool> VerifyAsync(
        ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature, CancellationToken ct);
}

/// <summary>Sizes of the Ed25519 and X25519 values on the wire, in bytes.</summary>
public static class KeySizes
{
    /// <summary>An Ed25519 public key.</summary>
    public const int IdentityKey = 32;

    /// <summary>An Ed25519 signature.</summary>
    public const int Signature = 64;

    /// <summary>An X25519 public key.</summary>
    public const int StaticKey = 32;
}
