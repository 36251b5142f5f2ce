namespace Rivet.Audit.Witnessing;

/// <summary>How long a witness that failed is left alone: two seconds, then twice as long each time up to five minutes, each up to a fifth shorter.</summary>
internal sealed class WitnessBackoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public TimeSpan After(int failures)
    {
        var plain = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 10)), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(plain * (0.8 + (0.2 * random.NextDouble())));
    }
}
