using System.Security.Cryptography;
using NSec.Cryptography;
using PlatformCipher = System.Security.Cryptography.ChaCha20Poly1305;

namespace Rivet.Cryptography.Sodium;

/// <summary>ChaCha20-Poly1305; through libsodium alone where the platform has none.</summary>
internal sealed class LinkChaCha(ReadOnlySpan<byte> key, int bulkFrom)
    : LinkAead(AeadAlgorithm.ChaCha20Poly1305, key, PlatformCipher.IsSupported ? bulkFrom : int.MaxValue)
{
    private PlatformCipher? bulk;

    public override void Dispose()
    {
        base.Dispose();
        bulk?.Dispose();
    }

    protected override void SealBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
        => Bulk().Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

    protected override void OpenBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
        => Bulk().Decrypt(nonce, ciphertext, tag, plaintext, associatedData);

    private PlatformCipher Bulk()
    {
        if (bulk is null)
        {
            var key = ExportKey();
            bulk = new PlatformCipher(key);
            CryptographicOperations.ZeroMemory(key);
        }

        return bulk;
    }
}
