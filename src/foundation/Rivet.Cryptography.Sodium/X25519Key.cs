using System.Security.Cryptography;
using NSec.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>An X25519 key pair held in this process's locked memory (RFC 7748; libsodium through NSec).</summary>
public sealed class X25519Key : IKeyAgreement, IDisposable
{
    private static readonly X25519 Algorithm = KeyAgreementAlgorithm.X25519;
    private readonly Key key;
    private readonly byte[] publicKey;

    private X25519Key(Key key)
    {
        this.key = key;
        publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <summary>Makes a new key pair.</summary>
    public static X25519Key Create()
        => new(Key.Create(Algorithm, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>Restores a key pair from its 32-byte private key.</summary>
    public static X25519Key FromPrivateKey(ReadOnlySpan<byte> privateKey)
        => new(Key.Import(Algorithm, privateKey, KeyBlobFormat.RawPrivateKey, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>The 32-byte private key, to be sealed at once; the caller zeroes it.</summary>
    public byte[] ExportPrivateKey() => key.Export(KeyBlobFormat.RawPrivateKey);

    /// <summary>The 32-byte shared secret, which the caller zeroes; null for a key of another length or of small order.</summary>
    public byte[]? TryAgree(ReadOnlySpan<byte> peer)
    {
        if (!NSec.Cryptography.PublicKey.TryImport(Algorithm, peer, KeyBlobFormat.RawPublicKey, out var imported))
        {
            return null;
        }

        using var agreed = Algorithm.Agree(key, imported!, new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        var secret = agreed?.Export(SharedSecretBlobFormat.RawSharedSecret);
        return CryptographicOperations.FixedTimeEquals(secret, stackalloc byte[KeySizes.StaticKey]) ? null : secret;
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> AgreeAsync(ReadOnlyMemory<byte> peer, CancellationToken ct) => new(TryAgree(peer.Span));

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";
}
