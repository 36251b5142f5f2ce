namespace Rivet.Audit.Exporting;

/// <summary>
/// How long a destination is left alone after a failure: five seconds, then twice as long each time up to five minutes, each up to a fifth shorter
/// by chance. A receiver that asks for longer gets it, up to a quarter of an hour.
/// </summary>
internal sealed class ExportBackoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(15);

    public TimeSpan After(int failures, TimeSpan asked)
    {
        var plain = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 10)), Longest.TotalMilliseconds);
        var own = TimeSpan.FromMilliseconds(plain * (1 - (0.2 * random.NextDouble())));
        var bounded = asked > LongestAsked ? LongestAsked : asked;
        return bounded > own ? bounded : own;
    }
}
