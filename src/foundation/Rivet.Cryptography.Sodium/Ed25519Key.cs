using NSec.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>An Ed25519 key pair held in this process's locked memory (RFC 8032; libsodium through NSec).</summary>
public sealed class Ed25519Key : ISigner, IDisposable
{
    /// <summary>Length of the private seed in bytes.</summary>
    public const int SeedSize = 32;

    private static readonly Ed25519 Algorithm = SignatureAlgorithm.Ed25519;
    private readonly Key key;
    private readonly byte[] publicKey;

    private Ed25519Key(Key key)
    {
        this.key = key;
        publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <summary>Makes a new key pair.</summary>
    public static Ed25519Key Create()
        => new(Key.Create(Algorithm, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>Restores a key pair from its 32-byte seed.</summary>
    public static Ed25519Key FromSeed(ReadOnlySpan<byte> seed)
        => new(Key.Import(Algorithm, seed, KeyBlobFormat.RawPrivateKey, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>The 32-byte seed, to be sealed at once; the caller zeroes it.</summary>
    public byte[] ExportSeed() => key.Export(KeyBlobFormat.RawPrivateKey);

    /// <summary>Signs the exact bytes; 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => Algorithm.Sign(key, message);

    /// <inheritdoc/>
    public ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct)
        => new(Sign(message.Span));

    /// <summary>Whether the signature is that key's over the message; malformed keys and signatures give false.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        => publicKey.Length == KeySizes.IdentityKey
            && signature.Length == KeySizes.Signature
            && NSec.Cryptography.PublicKey.TryImport(Algorithm, publicKey, KeyBlobFormat.RawPublicKey, out var imported)
            && Algorithm.Verify(imported!, message, signature);

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";
}

/// <summary>Verifies Ed25519 signatures in this process.</summary>
public sealed class Ed25519Verifier : ISignatureVerifier
{
    /// <inheritdoc/>
    public ValueTask<bool> VerifyAsync(
        ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> signature, CancellationToken ct)
        => new(Ed25519Key.Verify(publicKey.Span, message.Span, signature.Span));
}
