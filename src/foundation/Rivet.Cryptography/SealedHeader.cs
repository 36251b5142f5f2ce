using System.Buffers.Binary;

namespace Rivet.Cryptography;

/// <summary>
/// The head of every stored ciphertext, in clear and authenticated:
/// <c>format (1) · key id (16) · epoch (4, big-endian) · nonce (12)</c>, then ciphertext, then tag (16).
/// Format 1 is AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the head up to the nonce precedes the
/// caller's associated data.
/// </summary>
/// <param name="KeyId">Which data key.</param>
/// <param name="Epoch">Which generation of that key; the first is 1.</param>
public readonly record struct SealedHeader(Guid KeyId, uint Epoch)
{
    /// <summary>The one format there is.</summary>
    public const byte Format = 1;

    /// <summary>Bytes before the nonce.</summary>
    public const int PrefixSize = 1 + 16 + 4;

    /// <summary>Bytes of the nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>Bytes of the tag.</summary>
    public const int TagSize = 16;

    /// <summary>How many bytes sealing adds to a plaintext.</summary>
    public const int Overhead = PrefixSize + NonceSize + TagSize;

    /// <summary>Writes the bytes before the nonce.</summary>
    public void WriteTo(Span<byte> destination)
    {
        destination[0] = Format;
        KeyId.TryWriteBytes(destination[1..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(destination[17..], Epoch);
    }

    /// <summary>Reads the head of a ciphertext; false when it is too short or of another format.</summary>
    public static bool TryRead(ReadOnlySpan<byte> ciphertext, out SealedHeader header)
    {
        header = default;
        if (ciphertext.Length < Overhead || ciphertext[0] != Format)
        {
            return false;
        }

        header = new SealedHeader(
            new Guid(ciphertext[1..17], bigEndian: true),
            BinaryPrimitives.ReadUInt32BigEndian(ciphertext[17..]));
        return true;
    }
}
