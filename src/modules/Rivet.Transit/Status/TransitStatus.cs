using System.Globalization;
using System.Resources;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Transit.Status;

/// <summary>What the API says about itself: how many applications and keys, how much they were used, and tokens that run out soon.</summary>
internal sealed class TransitStatus(IStore store, TimeProvider time) : IStatusSource
{
    /// <summary>From when on a token that runs out wants attention.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    internal static readonly ResourceManager Text = new("Rivet.Transit.Resources.TransitText", typeof(TransitStatus).Assembly);

    public int Order => 35;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        string Say(string key) => Text.GetString(key, culture)!;
        string Number(long number) => number.ToString("N0", culture);
        try
        {
            var now = time.GetUtcNow();
            var (applications, soon, keys, uses) = await store.ReadAsync(
                session => session.QueryFirst(
                    """
                    SELECT (SELECT count(*) FROM transit_application WHERE removed_ms = 0 AND expires_ms > $1),
                           (SELECT count(*) FROM transit_application WHERE removed_ms = 0 AND expires_ms > $1 AND expires_ms <= $2),
                           (SELECT count(*) FROM transit_key),
                           (SELECT coalesce(sum(uses), 0) FROM transit_version)
                    """,
                    row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
                    now.ToUnixTimeMilliseconds(), (now + Soon).ToUnixTimeMilliseconds()),
                ct);
            return new(
                Say("Title"),
                [
                    soon == 0 ? new(Say("Applications"), Number(applications), StatusLevel.Plain)
                        : new(Say("Applications"), string.Format(culture, Say("Expiring"), Number(applications), Number(soon)), StatusLevel.Attention, Say("ExpiringAdvice")),
                    new(Say("Keys"), Number(keys), StatusLevel.Plain),
                    new(Say("Uses"), Number(uses), StatusLevel.Plain),
                ]);
        }
        catch (StoreUnavailableException)
        {
            return new(Say("Title"), [new(Say("Keys"), Say("Unavailable"), StatusLevel.Failing, Say("UnavailableAdvice"))]);
        }
    }
}
