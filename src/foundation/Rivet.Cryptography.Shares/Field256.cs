namespace Rivet.Cryptography.Shares;

/// <summary>
/// GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (SLIP-0039, "Shamir's secret sharing"). No table and no branch depends on a value, so that neither
/// time nor cache tells one.
/// </summary>
internal static class Field256
{
    private const int Reduction = 0x1B;

    public static byte Multiply(byte left, byte right)
    {
        var (sum, factor) = (0, (int)left);
        for (var bit = 0; bit < 8; bit++)
        {
            sum ^= factor & -((right >> bit) & 1);
            factor = ((factor << 1) & 0xFF) ^ (Reduction & -(factor >> 7));
        }

        return (byte)sum;
    }

    /// <summary>a^254, which is 1/a; 0 for 0.</summary>
    public static byte Invert(byte value)
    {
        var (power, product) = (value, (byte)1);
        for (var bit = 1; bit < 8; bit++)
        {
            power = Multiply(power, power);
            product = Multiply(product, power);
        }

        return product;
    }
}
