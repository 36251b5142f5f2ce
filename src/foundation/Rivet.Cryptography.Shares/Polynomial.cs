namespace Rivet.Cryptography.Shares;

/// <summary>A point of the polynomials, one for each byte of a value, that a secret is hidden in. The place is public, the value is not.</summary>
internal readonly record struct Point(byte X, byte[] Y);

/// <summary>Lagrange's interpolation over <see cref="Field256"/>.</summary>
internal static class Polynomial
{
    /// <summary>The value at a place, of the polynomials of least degree through the points; the caller zeroes it.</summary>
    public static byte[] At(byte x, IReadOnlyList<Point> points)
    {
        var value = new byte[points[0].Y.Length];
        foreach (var point in points)
        {
            var (above, below) = ((byte)1, (byte)1);
            foreach (var other in points)
            {
                if (other.X != point.X)
                {
                    above = Field256.Multiply(above, (byte)(x ^ other.X));
                    below = Field256.Multiply(below, (byte)(point.X ^ other.X));
                }
            }

            var factor = Field256.Multiply(above, Field256.Invert(below));
            for (var at = 0; at < value.Length; at++)
            {
                value[at] ^= Field256.Multiply(point.Y[at], factor);
            }
        }

        return value;
    }
}
