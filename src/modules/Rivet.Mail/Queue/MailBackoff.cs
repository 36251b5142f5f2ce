namespace Rivet.Mail;

/// <summary>How long a letter waits after an attempt: a minute, then twice as long each time up to an hour, each a fifth longer or shorter.</summary>
internal sealed class MailBackoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public TimeSpan After(int attempts)
    {
        var plain = Math.Min(First.TotalMilliseconds * Math.Pow(2, Math.Min(attempts, 10)), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(plain * (0.8 + (0.4 * random.NextDouble())));
    }
}
