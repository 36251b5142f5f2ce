using PlatformCipher = System.Security.Cryptography.ChaCha20Poly1305;

namespace Rivet.Cryptography.Sodium;

/// <summary>ChaCha20-Poly1305; through libsodium alone where the platform has none.</summary>
internal sealed unsafe class LinkChaCha(ReadOnlySpan<byte> key, int bulkFrom)
    : LinkAead(key, room: 0, PlatformCipher.IsSupported ? bulkFrom : int.MaxValue)
{
    private PlatformCipher? bulk;

    public override void Dispose()
    {
        base.Dispose();
        bulk?.Dispose();
    }

    protected override void SealSmall(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        fixed (byte* number = nonce, associated = associatedData, input = plaintext, output = ciphertext, secret = Secret)
        {
            _ = Libsodium.SealChaCha(output, out _, input, (ulong)plaintext.Length, associated, (ulong)associatedData.Length, 0, number, secret);
        }
    }

    protected override bool OpenSmall(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        fixed (byte* number = nonce, associated = associatedData, input = ciphertext, output = plaintext, secret = Secret)
        {
            return Libsodium.OpenChaCha(output, out _, 0, input, (ulong)ciphertext.Length, associated, (ulong)associatedData.Length, number, secret) == 0;
        }
    }

    protected override void SealBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
        => Bulk().Encrypt(nonce, plaintext, ciphertext, tag, associatedData);

    protected override void OpenBulk(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
        => Bulk().Decrypt(nonce, ciphertext, tag, plaintext, associatedData);

    private PlatformCipher Bulk() => bulk ??= new PlatformCipher(Key);
}
