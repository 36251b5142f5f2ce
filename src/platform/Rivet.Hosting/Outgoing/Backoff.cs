namespace Rivet.Hosting.Outgoing;

/// <summary>
/// How long a peer that failed is left alone: a first time, then twice as long each time up to a longest, each up to a fifth shorter by chance, so that
/// those who failed together do not come back together.
/// </summary>
/// <param name="first">After the first failure.</param>
/// <param name="longest">However often it failed.</param>
/// <param name="chance">Where the chance comes from.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Chance chance)
{
    private const double Shortened = 0.2;
    private const int MostDoublings = 20;

    /// <summary>The wait after so many failures in a row, from 1.</summary>
    public TimeSpan After(int failures)
    {
        var plain = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, MostDoublings)), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(plain * (1 - (Shortened * chance.Next())));
    }
}
