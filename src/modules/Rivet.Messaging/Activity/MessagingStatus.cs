using System.Globalization;
using System.Resources;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>What the status page says of messaging. Days are UTC.</summary>
internal sealed class MessagingStatus(IStore store, Switchboard switchboard, TimeProvider time) : IStatusSource
{
    private static readonly ResourceManager Texts = new("Rivet.Messaging.Resources.Status", typeof(MessagingStatus).Assembly);

    public int Order => 40;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var (today, minute, conversations) = await store.ReadAsync(
            session => (
                ActivityConsumer.CountSince(session, new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero)),
                ActivityConsumer.CountSince(session, now.AddMinutes(-1)),
                session.QueryFirst("SELECT count(*) FROM messaging_conversation", row => row.GetInt64(0))),
            ct);
        return new StatusSection(Text("Title", culture),
        [
            Line("ConnectedDevices", switchboard.Connected, culture),
            Line("MessagesLastMinute", minute, culture),
            Line("MessagesToday", today, culture),
            Line("Conversations", conversations, culture),
        ]);
    }

    private static StatusLine Line(string label, long value, CultureInfo culture)
        => new(Text(label, culture), value.ToString("N0", culture), StatusLevel.Plain);

    private static string Text(string key, CultureInfo culture) => Texts.GetString(key, culture) ?? key;
}
