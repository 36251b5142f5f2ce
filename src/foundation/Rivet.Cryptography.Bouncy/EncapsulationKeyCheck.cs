namespace Rivet.Cryptography.Bouncy;

/// <summary>
/// The checks of FIPS 203 §7.2: 1,184 bytes, of which the first 1,152 are 768 numbers of 12 bits, little-endian, each below
/// the modulus 3329. Made here, before the library sees the key, so that a bad one is a value and not an exception.
/// </summary>
internal static class EncapsulationKeyCheck
{
    private const int Modulus = 3329;
    private const int NumbersSize = 3 * 384;

    public static bool Passes(ReadOnlySpan<byte> key)
    {
        if (key.Length != KemSizes.EncapsulationKey)
        {
            return false;
        }

        for (var at = 0; at < NumbersSize; at += 3)
        {
            var first = key[at] | ((key[at + 1] & 0x0F) << 8);
            var second = (key[at + 1] >> 4) | (key[at + 2] << 4);
            if (first >= Modulus || second >= Modulus)
            {
                return false;
            }
        }

        return true;
    }
}
