using System.Security.Cryptography;

namespace Rivet.Cryptography.Shares;

/// <summary>
/// A secret as points of which the threshold gives it back (SLIP-0039, "SplitSecret" and "RecoverSecret"): it stands at
/// 255, and at 254 a digest of it, so that points which do not belong together are found out.
/// </summary>
internal static class SharedSecret
{
    private const byte SecretPlace = 255;
    private const byte DigestPlace = 254;
    private const int DigestSize = 4;

    /// <summary>Points at 0, 1, … count − 1; the caller zeroes them.</summary>
    public static byte[][] Split(int threshold, int count, ReadOnlySpan<byte> secret)
    {
        var shares = new byte[count][];
        if (threshold == 1)
        {
            for (var place = 0; place < count; place++)
            {
                shares[place] = secret.ToArray();
            }

            return shares;
        }

        var random = RandomNumberGenerator.GetBytes(secret.Length - DigestSize);
        byte[] digest = [.. Digest(random, secret), .. random];
        var known = new List<Point>(threshold);
        for (var place = 0; place < threshold - 2; place++)
        {
            shares[place] = RandomNumberGenerator.GetBytes(secret.Length);
            known.Add(new((byte)place, shares[place]));
        }

        var whole = secret.ToArray();
        known.Add(new(DigestPlace, digest));
        known.Add(new(SecretPlace, whole));
        for (var place = threshold - 2; place < count; place++)
        {
            shares[place] = Polynomial.At((byte)place, known);
        }

        CryptographicOperations.ZeroMemory(random);
        CryptographicOperations.ZeroMemory(digest);
        CryptographicOperations.ZeroMemory(whole);
        return shares;
    }

    /// <summary>The secret; null when the points are not of one secret. The caller zeroes it.</summary>
    public static byte[]? Recover(int threshold, IReadOnlyList<Point> points)
    {
        if (threshold == 1)
        {
            return [.. points[0].Y];
        }

        var secret = Polynomial.At(SecretPlace, points);
        var digest = Polynomial.At(DigestPlace, points);
        var fits = CryptographicOperations.FixedTimeEquals(digest.AsSpan(0, DigestSize), Digest(digest.AsSpan(DigestSize), secret));
        CryptographicOperations.ZeroMemory(digest);
        if (!fits)
        {
            CryptographicOperations.ZeroMemory(secret);
        }

        return fits ? secret : null;
    }

    private static byte[] Digest(ReadOnlySpan<byte> random, ReadOnlySpan<byte> secret) => HMACSHA256.HashData(random, secret)[..DigestSize];
}
