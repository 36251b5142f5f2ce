using System.Security.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>
/// An X-Wing key pair: X25519 and ML-KEM-768 combined so that a secret stays one while either stands
/// (draft-connolly-cfrg-xwing-kem; libsodium 1.0.22). Its private key is its seed. Zeroed when disposed.
/// </summary>
public sealed unsafe class XWingKey : IDisposable
{
    /// <summary>Bytes of the seed.</summary>
    public const int SeedSize = 32;

    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeySize = KemSizes.EncapsulationKey + KeySizes.StaticKey;

    /// <summary>Bytes of a ciphertext.</summary>
    public const int CiphertextSize = KemSizes.Ciphertext + KeySizes.StaticKey;

    private readonly byte[] publicKey = new byte[PublicKeySize];
    private readonly byte[] secret = GC.AllocateArray<byte>(SeedSize, pinned: true);

    static XWingKey() => Libsodium.Begin();

    private XWingKey(ReadOnlySpan<byte> seed)
    {
        fixed (byte* open = publicKey, kept = secret, given = seed)
        {
            if (Libsodium.MakeXWing(open, kept, given) != 0)
            {
                throw new CryptographicException("libsodium makes no X-Wing key.");
            }
        }
    }

    /// <summary>What others encapsulate to.</summary>
    public ReadOnlyMemory<byte> PublicKey => publicKey;

    /// <summary>Makes a new key pair.</summary>
    public static XWingKey Create()
    {
        Span<byte> seed = stackalloc byte[SeedSize];
        RandomNumberGenerator.Fill(seed);
        var made = new XWingKey(seed);
        CryptographicOperations.ZeroMemory(seed);
        return made;
    }

    /// <summary>Restores a key pair; the caller zeroes the seed.</summary>
    public static XWingKey FromSeed(ReadOnlySpan<byte> seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedSize, nameof(seed));
        return new XWingKey(seed);
    }

    /// <summary>The seed, which is the private key; the caller zeroes it.</summary>
    public byte[] ExportSeed() => [.. secret];

    /// <summary>A fresh shared secret for the holder of a public key; null when that is no usable one.</summary>
    public static Encapsulated? TryEncapsulate(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeySize)
        {
            return null;
        }

        var made = new Encapsulated(new byte[CiphertextSize], GC.AllocateArray<byte>(KemSizes.SharedSecret, pinned: true));
        fixed (byte* ciphertext = made.Ciphertext, shared = made.SharedSecret, peer = publicKey)
        {
            return Libsodium.EncapsulateXWing(ciphertext, shared, peer) == 0 ? made : null;
        }
    }

    /// <summary>
    /// The 32-byte shared secret of a ciphertext, which the caller zeroes; null for one of another length or with a point of small order. A changed
    /// ciphertext gives a secret that nobody else has.
    /// </summary>
    public byte[]? TryDecapsulate(ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length != CiphertextSize)
        {
            return null;
        }

        var agreed = GC.AllocateArray<byte>(KemSizes.SharedSecret, pinned: true);
        fixed (byte* shared = agreed, given = ciphertext, kept = secret)
        {
            return Libsodium.DecapsulateXWing(shared, given, kept) == 0 ? agreed : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(secret);

    /// <summary>Never the key.</summary>
    public override string ToString() => "[redacted]";
}
