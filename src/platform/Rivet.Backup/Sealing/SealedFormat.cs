using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Rivet.Cryptography.Sodium;

namespace Rivet.Backup;

/// <summary>What a sealed file holds; part of its head, so that one kind never passes for another.</summary>
internal enum SealedKind : byte
{
    /// <summary>Rows that are ciphertext already.</summary>
    Data = 1,

    /// <summary>Wrapped keys, the root, the keys folder.</summary>
    Keys = 2,

    /// <summary>What a run consists of.</summary>
    Run = 3,

    /// <summary>The private key of an epoch.</summary>
    Epoch = 4,
}

/// <summary>
/// A file sealed to a public key: <c>"rivet sealed 1\n" (15) · kind (1) · recipient (16) · file id (16) · X-Wing ciphertext (1120) ·
/// HMAC (32)</c>, then chunks of 64 KiB, each AES-256-GCM with its tag (16); the last may be shorter. From the shared secret,
/// HKDF-SHA256 with the head before the HMAC as info gives the key of the HMAC-SHA256 over that head, which commits to the key, and the key of
/// the chunks. As in STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) the nonce is the chunk's number (11 bytes, big-endian) and a byte that is 1 for the
/// last; associated data are file id, number and that byte again. The chunk key is of this file alone, so no nonce repeats.
/// </summary>
internal static class SealedFormat
{
    public const int ChunkSize = 64 * 1024;
    public const int TagSize = 16;
    public const int SealedChunkSize = ChunkSize + TagSize;
    public const int MacSize = 32;
    public const int IdSize = 16;
    public const int BodyAt = 15 + 1 + IdSize + IdSize;
    public const int MacAt = BodyAt + XWingKey.CiphertextSize;
    public const int HeadSize = MacAt + MacSize;
    public const int BindingSize = IdSize + sizeof(long) + 1;

    public static ReadOnlySpan<byte> Magic => "rivet sealed 1\n"u8;

    /// <summary>A public key's name: the first 16 bytes of its SHA-256.</summary>
    public static byte[] NameOf(ReadOnlySpan<byte> publicKey) => SHA256.HashData(publicKey)[..IdSize];

    /// <summary>Key of the head's HMAC (32) and of the chunks (32); the caller zeroes it.</summary>
    public static byte[] Derive(ReadOnlySpan<byte> shared, ReadOnlySpan<byte> head)
    {
        var keys = GC.AllocateArray<byte>(64, pinned: true);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, keys, salt: [], info: head[..MacAt]);
        return keys;
    }

    /// <summary>Nonce and associated data of a chunk.</summary>
    public static void Place(ReadOnlySpan<byte> fileId, long number, bool isLast, Span<byte> nonce, Span<byte> binding)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[3..], number);
        nonce[11] = isLast ? (byte)1 : (byte)0;
        fileId.CopyTo(binding);
        BinaryPrimitives.WriteInt64BigEndian(binding[IdSize..], number);
        binding[IdSize + sizeof(long)] = nonce[11];
    }
}
