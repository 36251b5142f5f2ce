using Rivet.MessageKeys;

namespace Rivet.KeyServer;

/// <summary>
/// Requests that were seen: each counts once, and only near its time. What came before this process began is not believed, since what it saw is not known
/// any more. Holds as many as two windows of the clock let come, and refuses beyond that.
/// </summary>
internal sealed class SeenAsks(TimeProvider time)
{
    private const int Most = 200_000;
    private readonly Lock gate = new();
    private readonly long begunMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    private HashSet<(Guid Key, Guid Nonce)> former = [];
    private HashSet<(Guid Key, Guid Nonce)> recent = [];
    private long turnedMs = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Takes a believed request; why not, or null.</summary>
    public string? Take(SignedAsk ask)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var window = (long)KeyServerApi.Skew.TotalMilliseconds;
        if (Math.Abs(now - ask.TimeMs) > window || ask.TimeMs < begunMs)
        {
            return KeyServerRefusals.WrongTime;
        }

        lock (gate)
        {
            // A request is believed for twice the window at most: from a clock that is ahead until one that is behind.
            if (now - turnedMs > 2 * window)
            {
                (former, recent, turnedMs) = (recent, [], now);
            }

            var seen = (new Guid(ask.Key.Span[..16]), new Guid(ask.Nonce.Span));
            return former.Contains(seen) || !recent.Add(seen) ? KeyServerRefusals.Repeated : recent.Count > Most ? KeyServerRefusals.Unavailable : null;
        }
    }
}
