using System.Globalization;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>Mail on the status page: whether it is set up, what waits, and how sending goes.</summary>
internal sealed class MailStatus(IStore store) : IStatusSource
{
    public int Order => 60;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        var words = new MailWords(culture);
        var (health, (waiting, givenUp)) = await store.ReadAsync(session => (MailHealth.ReadAll(session), OutgoingTable.Count(session)), ct);
        return new StatusSection(words["Title"],
        [
            Server(words, culture, health),
            new StatusLine(words["StatusWaiting"], waiting.ToString("N0", culture), StatusLevel.Plain),
            new StatusLine(words["StatusGivenUp"], givenUp.ToString("N0", culture), givenUp == 0 ? StatusLevel.Plain : StatusLevel.Attention, givenUp == 0 ? null : words["StatusGivenUpAdvice"]),
        ]);
    }

    /// <summary>Of several companies the one that has failed for the longest.</summary>
    private static StatusLine Server(MailWords words, CultureInfo culture, List<MailHealth> health)
    {
        var label = words["StatusServer"];
        if (health.Count == 0)
        {
            return new StatusLine(label, words["StatusNone"], StatusLevel.Plain, words["StatusNoneAdvice"]);
        }

        if (health.Where(one => one.FailingMs is not null).MinBy(one => one.FailingMs) is { FailingMs: { } since } failing)
        {
            return new StatusLine(label, words.Of("StatusFailing", At(culture, since)), StatusLevel.Failing, words[$"Step{failing.Step}"]);
        }

        return health.Max(one => one.SentMs) is { } sent
            ? new StatusLine(label, words.Of("StatusWorks", At(culture, sent)), StatusLevel.Passing)
            : new StatusLine(label, words["StatusReady"], StatusLevel.Plain);
    }

    private static string At(CultureInfo culture, long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToLocalTime().ToString("g", culture);
}
