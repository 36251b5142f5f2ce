using NSec.Cryptography;

namespace Rivet.Cryptography.Sodium;

/// <summary>The cost of turning a passphrase into a key: Argon2id (RFC 9106), one lane.</summary>
/// <param name="MemoryKibibytes">Memory, in KiB.</param>
/// <param name="Passes">How often the memory is walked.</param>
public readonly record struct PassphraseCost(int MemoryKibibytes, int Passes)
{
    /// <summary>64 MiB and 3 passes, the second choice of RFC 9106 §4.</summary>
    public static PassphraseCost Default => new(64 * 1024, 3);

    /// <summary>Whether the cost is neither careless nor a way to exhaust a machine: 8 MiB to 1 GiB, 1 to 16 passes.</summary>
    public bool IsBounded => MemoryKibibytes is >= 8 * 1024 and <= 1024 * 1024 && Passes is >= 1 and <= 16;
}

/// <summary>Derives a 32-byte key from a passphrase through Argon2id (RFC 9106; libsodium through NSec).</summary>
public static class PassphraseKey
{
    /// <summary>Length of the salt in bytes.</summary>
    public const int SaltSize = 16;

    /// <summary>Fills <paramref name="key"/>; the caller zeroes it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cost is outside its bounds: check <see cref="PassphraseCost.IsBounded"/> first.</exception>
    public static void Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, PassphraseCost cost, Span<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cost.IsBounded, true, nameof(cost));
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltSize);
        var algorithm = PasswordBasedKeyDerivationAlgorithm.Argon2id(new Argon2Parameters
        {
            DegreeOfParallelism = 1,
            MemorySize = cost.MemoryKibibytes,
            NumberOfPasses = cost.Passes,
        });
        algorithm.DeriveBytes(passphrase, salt, key);
    }
}
