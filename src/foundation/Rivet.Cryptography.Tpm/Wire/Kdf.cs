using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>Key derivation and parameter encryption as TPM 2.0 part 1 prescribes them, over SHA-256 and AES-128-CFB.</summary>
internal static class Kdf
{
    /// <summary>KDFa, §11.4.10.2: SP 800-108 in counter mode over HMAC; at most one hash of bits.</summary>
    public static byte[] A(ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 256);
        byte[] message = [0, 0, 0, 1, .. label, 0, .. first, .. second, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(message.Length - 4), bits);
        return HMACSHA256.HashData(key, message)[..(bits / 8)];
    }

    /// <summary>KDFe, §11.4.10.3: SP 800-56A over SHA-256, 256 bits of it.</summary>
    public static byte[] E(ReadOnlySpan<byte> agreed, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs)
        => SHA256.HashData([0, 0, 0, 1, .. agreed, .. label, 0, .. ours, .. theirs]);

    /// <summary>§21.3: AES-128-CFB with a key and an IV of the session's newest nonces.</summary>
    public static byte[] Cfb(ReadOnlySpan<byte> sessionValue, ReadOnlySpan<byte> newer, ReadOnlySpan<byte> older, ReadOnlySpan<byte> data, bool isEncrypting)
    {
        var material = A(sessionValue, "CFB"u8, newer, older, 256);
        using var aes = Aes.Create();
        aes.Key = material[..16];

        // The BCL wants whole blocks; a stream's beginning does not depend on what follows.
        var padded = new byte[(data.Length + 15) / 16 * 16];
        data.CopyTo(padded);
        var result = isEncrypting
            ? aes.EncryptCfb(padded, material.AsSpan(16), PaddingMode.None, feedbackSizeInBits: 128)
            : aes.DecryptCfb(padded, material.AsSpan(16), PaddingMode.None, feedbackSizeInBits: 128);
        var taken = result[..data.Length];
        CryptographicOperations.ZeroMemory(material);
        CryptographicOperations.ZeroMemory(padded);
        CryptographicOperations.ZeroMemory(result);
        return taken;
    }
}
