using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Cryptography.Shares;

/// <summary>
/// What a passphrase adds (SLIP-0039, "Encryption of the master secret"): four Feistel rounds over PBKDF2-HMAC-SHA256. Every passphrase opens to
/// something; with the empty one it hides nothing and is there for the standard's sake.
/// </summary>
internal static class SecretCipher
{
    private const int Rounds = 4;
    private const int BaseIterations = 10_000;

    public static byte[] Encrypt(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> passphrase, ShareHead head) => Run(secret, passphrase, head, [0, 1, 2, 3]);

    public static byte[] Decrypt(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> passphrase, ShareHead head) => Run(secret, passphrase, head, [3, 2, 1, 0]);

    private static byte[] Run(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> passphrase, ShareHead head, ReadOnlySpan<byte> rounds)
    {
        var (left, right) = (secret[..(secret.Length / 2)].ToArray(), secret[(secret.Length / 2)..].ToArray());
        var salt = new byte[SaltOf(head).Length + right.Length];
        var password = new byte[1 + passphrase.Length];
        passphrase.CopyTo(password.AsSpan(1));
        SaltOf(head).CopyTo(salt, 0);
        foreach (var round in rounds)
        {
            password[0] = round;
            right.CopyTo(salt.AsSpan(salt.Length - right.Length));
            var mask = Rfc2898DeriveBytes.Pbkdf2(password, salt, (BaseIterations << head.IterationExponent) / Rounds, HashAlgorithmName.SHA256, right.Length);
            for (var at = 0; at < left.Length; at++)
            {
                left[at] ^= mask[at];
            }

            CryptographicOperations.ZeroMemory(mask);
            (left, right) = (right, left);
        }

        byte[] result = [.. right, .. left];
        foreach (var used in (byte[][])[left, right, salt, password])
        {
            CryptographicOperations.ZeroMemory(used);
        }

        return result;
    }

    /// <summary>Sets of the extendable kind do not depend on their identifier, so that more shares of a secret can be made later.</summary>
    private static byte[] SaltOf(ShareHead head)
    {
        if (head.IsExtendable)
        {
            return [];
        }

        var salt = new byte[8];
        Encoding.ASCII.GetBytes("shamir", salt);
        BinaryPrimitives.WriteUInt16BigEndian(salt.AsSpan(6), (ushort)head.Identifier);
        return salt;
    }
}
