namespace Rivet.Cryptography;

/// <summary>The ciphers of the link, by their numbers on the wire.</summary>
public enum AeadSuite : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>AES-256-GCM (NIST SP 800-38D).</summary>
    Aes256Gcm = 1,

    /// <summary>ChaCha20-Poly1305 (RFC 8439 §2.8).</summary>
    ChaCha20Poly1305 = 2,
}

/// <summary>Makes keys of the link's ciphers.</summary>
public interface IAeadFactory
{
    /// <summary>Takes a copy of a 32-byte key; the caller zeroes its own.</summary>
    IAeadKey Create(AeadSuite suite, ReadOnlySpan<byte> key);
}

/// <summary>
/// One key of a cipher whose nonces its user counts: 12 bytes that never repeat. Completes at once where the key is in
/// memory; one call at a time.
/// </summary>
public interface IAeadKey : IDisposable
{
    /// <summary>
    /// Writes ciphertext and tag: <see cref="AeadSizes.Tag"/> bytes more than the plaintext. The two may begin at the same
    /// byte (sealing in place) but not overlap otherwise.
    /// </summary>
    ValueTask SealAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> plaintext, Memory<byte> ciphertext);

    /// <summary>
    /// Writes the plaintext, <see cref="AeadSizes.Tag"/> bytes less; false, and nothing usable written, when anything was
    /// changed. The two may begin at the same byte but not overlap otherwise.
    /// </summary>
    ValueTask<bool> OpenAsync(ReadOnlyMemory<byte> nonce, ReadOnlyMemory<byte> associatedData, ReadOnlyMemory<byte> ciphertext, Memory<byte> plaintext);
}

/// <summary>Sizes of the link's ciphers, in bytes.</summary>
public static class AeadSizes
{
    /// <summary>A key.</summary>
    public const int Key = 32;

    /// <summary>A nonce.</summary>
    public const int Nonce = 12;

    /// <summary>A tag.</summary>
    public const int Tag = 16;
}
