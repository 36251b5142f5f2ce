using System.Globalization;
using System.Resources;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>What the status page says of messaging. Days are UTC.</summary>
internal sealed class MessagingStatus(IStore store, Switchboard switchboard, HeldBack held, TimeProvider time) : IStatusSource
{
    private static readonly ResourceManager Texts = new("Rivet.Messaging.Resources.Status", typeof(MessagingStatus).Assembly);

    public int Order => 40;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var (today, minute, conversations, stored, sealing) = await store.ReadAsync(
            session => (
                ActivityConsumer.CountSince(session, new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero)),
                ActivityConsumer.CountSince(session, now.AddMinutes(-1)),
                session.QueryFirst("SELECT count(*) FROM messaging_conversation", row => row.GetInt64(0)),
                session.QueryFirst(
                    """
                    SELECT (SELECT coalesce(sum(bytes), 0) FROM messaging_stored), (SELECT coalesce(sum(stored_gibibytes), 0) FROM messaging_policy),
                        NOT EXISTS (SELECT 1 FROM messaging_stored s WHERE NOT EXISTS (
                            SELECT 1 FROM messaging_policy p WHERE p.company = s.company AND p.stored_gibibytes > 0))
                    """,
                    row => (Bytes: row.GetInt64(0), Gibibytes: row.GetInt64(1), AllLimited: row.GetInt64(2) != 0)),
                session.QueryFirst("SELECT count(*) FROM messaging_policy WHERE key_server <> ''", row => row.GetInt64(0))),
            ct);
        return new StatusSection(Text("Title", culture),
        [
            Line("ConnectedDevices", switchboard.Connected, culture),
            Line("MessagesLastMinute", minute, culture),
            Line("MessagesToday", today, culture),
            Line("Conversations", conversations, culture),
            Stored(stored.Bytes, stored is { AllLimited: true, Gibibytes: > 0 } ? stored.Gibibytes : null, culture),
            Line("HeldBack", held.PeopleToday, culture),
            new(Text("Sealing", culture), string.Format(culture, Text(sealing == 0 ? "SealingNone" : "SealingSome", culture), sealing), StatusLevel.Plain),
        ]);
    }

    /// <summary>What is stored, of the quota where every company has one; from nine tenths on somebody should look.</summary>
    private static StatusLine Stored(long bytes, long? gibibytes, CultureInfo culture)
    {
        var mebibytes = bytes / (double)(1 << 20);
        if (gibibytes is not { } quota)
        {
            return new(Text("Stored", culture), string.Format(culture, Text("StoredBytes", culture), mebibytes), StatusLevel.Plain);
        }

        var isNear = bytes > quota * (1L << 30) / 10 * 9;
        var value = string.Format(culture, Text("StoredOfQuota", culture), mebibytes, quota);
        return new(Text("Stored", culture), value, isNear ? StatusLevel.Attention : StatusLevel.Passing, isNear ? Text("StoredAdvice", culture) : null);
    }

    private static StatusLine Line(string label, long value, CultureInfo culture)
        => new(Text(label, culture), value.ToString("N0", culture), StatusLevel.Plain);

    private static string Text(string key, CultureInfo culture) => Texts.GetString(key, culture) ?? key;
}
