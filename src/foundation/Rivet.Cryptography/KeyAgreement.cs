namespace Rivet.Cryptography;

/// <summary>
/// One X25519 key pair (RFC 7748). The private key may live elsewhere (a vault, WebCrypto), so agreeing may complete
/// later and may be impossible for a while.
/// </summary>
public interface IKeyAgreement
{
    /// <summary>The public key, <see cref="KeySizes.StaticKey"/> bytes.</summary>
    ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>
    /// The 32-byte shared secret with a peer's public key; the caller zeroes it. Null when the peer's key is no usable
    /// point (of small order: the secret would be zero, RFC 7748 §6.1) and while the key's holder cannot answer.
    /// </summary>
    ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct);
}
