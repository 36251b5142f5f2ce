using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Rivet.Transparency;

/// <summary>
/// Commits an entry to what it seals, so that this one entry can be shown later without the key that sealed it and others: a salted SHA-256 that stands
/// in clear before the ciphertext, and so under the leaf's hash. The salt is 32 random bytes and sealed with the content; without it the commitment says nothing.
/// </summary>
public static class EntryCommitment
{
    /// <summary>Size of a salt.</summary>
    public const int SaltSize = 32;

    /// <summary>A ciphertext begins with 1; what begins with this is a commitment and then a ciphertext.</summary>
    private const byte Form = 2;

    private static ReadOnlySpan<byte> Label => "rivet audit commitment 1"u8;

    /// <summary>The commitment, 32 bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> content)
    {
        if (salt.Length != SaltSize)
        {
            throw new ArgumentException($"A salt has {SaltSize} bytes.", nameof(salt));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Label);
        hash.AppendData(salt);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    /// <summary>What an entry has as its sealed part.</summary>
    public static byte[] Join(ReadOnlySpan<byte> commitment, ReadOnlySpan<byte> ciphertext) => [Form, .. commitment, .. ciphertext];

    /// <summary>Parts commitment and ciphertext; false for an entry that commits to nothing.</summary>
    public static bool TrySplit(ReadOnlyMemory<byte> sealedPart, [NotNullWhen(true)] out byte[]? commitment, out ReadOnlyMemory<byte> ciphertext)
    {
        (commitment, ciphertext) = (null, sealedPart);
        if (sealedPart.Length <= 1 + SHA256.HashSizeInBytes || sealedPart.Span[0] != Form)
        {
            return false;
        }

        (commitment, ciphertext) = (sealedPart.Slice(1, SHA256.HashSizeInBytes).ToArray(), sealedPart[(1 + SHA256.HashSizeInBytes)..]);
        return true;
    }
}
