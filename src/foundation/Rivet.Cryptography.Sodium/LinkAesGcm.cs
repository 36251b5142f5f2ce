using System.Security.Cryptography;
using NSec.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>AES-256-GCM; through the platform alone where libsodium does not know the processor.</summary>
internal sealed class LinkAesGcm : LinkAead
{
    private AesGcm? bulk;

    public LinkAesGcm(ReadOnlySpan<byte> key, int bulkFrom)
        : base(Aes256Gcm.IsSupported ? AeadAlgorithm.Aes256Gcm : null, key, bulkFrom)
        => bulk = Aes256Gcm.IsSupported ? null : new AesGcm(key, AeadSizes.Tag);

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

    private AesGcm Bulk()
    {
        if (bulk is null)
        {
            var key = ExportKey();
            bulk = new AesGcm(key, AeadSizes.Tag);
            CryptographicOperations.ZeroMemory(key);
        }

        return bulk;
    }
}
