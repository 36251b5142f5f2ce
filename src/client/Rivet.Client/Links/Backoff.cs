namespace Rivet.Client.Links;

/// <summary>How long to wait before the next attempt: doubling from half a second to half a minute, half of it by chance.</summary>
internal sealed class Backoff(Random chance)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private int attempts;

    public TimeSpan Next()
    {
        var ceiling = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(attempts++, 10)));
        return TimeSpan.FromMilliseconds(ceiling * (0.5 + (chance.NextDouble() / 2)));
    }

    public void Reset() => attempts = 0;
}
