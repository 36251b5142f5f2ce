namespace Rivet.Cryptography;

/// <summary>
/// ML-KEM-768 (FIPS 203): makes key pairs and encapsulates. Hostile input gives null, never an exception. The work may be done
/// elsewhere (WebCrypto), so it may complete later.
/// </summary>
public interface IKem
{
    /// <summary>A fresh key pair; the caller disposes it.</summary>
    ValueTask<IDecapsulation> CreateAsync(CancellationToken ct);

    /// <summary>
    /// A fresh shared secret for the holder of an encapsulation key; null when the key fails FIPS 203 §7.2's checks of
    /// length and modulus.
    /// </summary>
    ValueTask<Encapsulated?> TryEncapsulateAsync(ReadOnlyMemory<byte> encapsulationKey, CancellationToken ct);
}

/// <summary>One ML-KEM-768 key pair.</summary>
public interface IDecapsulation : IDisposable
{
    /// <summary>The public half, <see cref="KemSizes.EncapsulationKey"/> bytes.</summary>
    ReadOnlyMemory<byte> EncapsulationKey { get; }

    /// <summary>
    /// The 32-byte shared secret of a ciphertext; null when it has another length than <see cref="KemSizes.Ciphertext"/>.
    /// A changed ciphertext gives a secret that nobody else has (implicit rejection). The caller zeroes it.
    /// </summary>
    ValueTask<byte[]?> TryDecapsulateAsync(ReadOnlyMemory<byte> ciphertext, CancellationToken ct);
}

/// <summary>What encapsulating gives.</summary>
/// <param name="Ciphertext">For the key's holder.</param>
/// <param name="SharedSecret">32 bytes; the caller zeroes it.</param>
public sealed record Encapsulated(byte[] Ciphertext, byte[] SharedSecret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => "[redacted]";
}

/// <summary>Sizes of the ML-KEM-768 values on the wire, in bytes (FIPS 203 table 3).</summary>
public static class KemSizes
{
    /// <summary>A public key.</summary>
    public const int EncapsulationKey = 1184;

    /// <summary>A ciphertext.</summary>
    public const int Ciphertext = 1088;

    /// <summary>A shared secret.</summary>
    public const int SharedSecret = 32;
}
