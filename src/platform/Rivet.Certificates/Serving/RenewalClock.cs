using System.Security.Cryptography;
using Rivet.Certificates.Checking;

namespace Rivet.Certificates.Serving;

/// <summary>When a certificate is renewed, and when a failed renewal is tried again.</summary>
internal static class RenewalClock
{
    private const double TwoThirds = 2.0 / 3;
    private const double Spread = 1.0 / 20;
    private const int MaxDoublings = 9;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestWish = TimeSpan.FromDays(1);

    /// <summary>Between two successes, however short a life the authority gives.</summary>
    public static TimeSpan ShortestGap { get; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Two thirds of its life, give or take a fortieth, so that servers which began together do not come together. The place in
    /// that window follows from the certificate itself: a restart does not throw the dice again.
    /// </summary>
    public static DateTimeOffset Due(CertificateBundle bundle)
    {
        var dice = SHA256.HashData(bundle.Leaf.RawData)[0] / 255.0;
        return bundle.NotBefore + ((bundle.NotAfter - bundle.NotBefore) * (TwoThirds + ((dice - 0.5) * Spread)));
    }

    /// <summary>How long after the so-many-th failure in a row: a minute, doubling to six hours, a tenth more or less; longer where the server asks, up to a day.</summary>
    public static TimeSpan Pause(int failures, TimeSpan? asked)
    {
        var pause = FirstRetry * Math.Pow(2, Math.Clamp(failures - 1, 0, MaxDoublings));
        pause = (pause < LongestRetry ? pause : LongestRetry) * (0.9 + (RandomNumberGenerator.GetInt32(201) / 1000.0));
        var wish = asked is { } long_ && long_ > LongestWish ? LongestWish : asked ?? TimeSpan.Zero;
        return wish > pause ? wish : pause;
    }
}
