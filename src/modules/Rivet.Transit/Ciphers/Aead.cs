using System.Security.Cryptography;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Ciphers;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439) with a random nonce of 96 bits: nonce, ciphertext, tag. The caller counts the encryptions
/// of each version.
/// </summary>
internal static class Aead
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    public static byte[] Seal(KeyType type, ReadOnlySpan<byte> key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated)
    {
        var output = new byte[NonceSize + plaintext.Length + TagSize];
        var nonce = output.AsSpan(0, NonceSize);
        var body = output.AsSpan(NonceSize, plaintext.Length);
        var tag = output.AsSpan(NonceSize + plaintext.Length);
        RandomNumberGenerator.Fill(nonce);
        if (type == KeyType.ChaCha20Poly1305)
        {
            using var cipher = new ChaCha20Poly1305(key);
            cipher.Encrypt(nonce, plaintext, body, tag, associated);
        }
        else
        {
            using var cipher = new AesGcm(key, TagSize);
            cipher.Encrypt(nonce, plaintext, body, tag, associated);
        }

        return output;
    }

    /// <summary>The plaintext; null when anything was changed.</summary>
    public static byte[]? Open(KeyType type, ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> associated)
    {
        if (sealedBytes.Length < NonceSize + TagSize)
        {
            return null;
        }

        var plaintext = new byte[sealedBytes.Length - NonceSize - TagSize];
        var nonce = sealedBytes[..NonceSize];
        var body = sealedBytes[NonceSize..^TagSize];
        var tag = sealedBytes[^TagSize..];
        try
        {
            if (type == KeyType.ChaCha20Poly1305)
            {
                using var cipher = new ChaCha20Poly1305(key);
                cipher.Decrypt(nonce, body, tag, plaintext, associated);
            }
            else
            {
                using var cipher = new AesGcm(key, TagSize);
                cipher.Decrypt(nonce, body, tag, plaintext, associated);
            }

            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
