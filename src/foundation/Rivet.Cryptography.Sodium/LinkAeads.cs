namespace Rivet.Cryptography.Sodium;

/// <summary>
/// The link's ciphers in this process: libsodium for small messages, which costs least per call, the platform for bulk,
/// which costs least per byte, and for AES on processors that libsodium cannot use.
/// </summary>
public sealed class LinkAeads : IAeadFactory
{
    // Where the two cross, as measured: libsodium has as much AES per byte and half the ChaCha.
    private const int AesBulkFrom = 16 * 1024;
    private const int ChaChaBulkFrom = 1536;

    /// <inheritdoc/>
    public IAeadKey Create(AeadSuite suite, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, AeadSizes.Key);
        return suite switch
        {
            AeadSuite.Aes256Gcm => new LinkAesGcm(key, AesBulkFrom),
            AeadSuite.ChaCha20Poly1305 => new LinkChaCha(key, ChaChaBulkFrom),
            _ => throw new ArgumentOutOfRangeException(nameof(suite)),
        };
    }
}
