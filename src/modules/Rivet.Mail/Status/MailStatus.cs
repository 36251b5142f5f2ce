using System.Globalization;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>Mail on the status page: whether it is set up, what waits, and how the last attempt ended.</summary>
internal sealed class MailStatus(IStore store, MailCourier courier) : IStatusSource
{
    public int Order => 60;

    public async ValueTask<StatusSection> ReadAsync(CultureInfo culture, CancellationToken ct)
    {
        var words = new MailWords(culture);
        var (isSetUp, (waiting, givenUp)) = await store.ReadAsync(
            session => (session.QueryFirst("SELECT EXISTS (SELECT 1 FROM mail_setting)", row => row.GetBoolean(0)), OutgoingTable.Count(session)), ct);
        var history = courier.History;
        var server = history switch
        {
            _ when !isSetUp => new StatusLine(words["StatusServer"], words["StatusNone"], StatusLevel.Plain, words["StatusNoneAdvice"]),
            { FailedAt: not null } => new(words["StatusServer"], words["StatusFailing"], StatusLevel.Failing, words[$"Step{history.FailedStep}"]),
            { SentAt: not null } => new(words["StatusServer"], words["StatusWorks"], StatusLevel.Passing),
            _ => new(words["StatusServer"], words["StatusReady"], StatusLevel.Plain),
        };
        return new StatusSection(words["Title"],
        [
            server,
            new StatusLine(words["StatusWaiting"], waiting.ToString("N0", culture), StatusLevel.Plain),
            new StatusLine(words["StatusGivenUp"], givenUp.ToString("N0", culture), givenUp == 0 ? StatusLevel.Plain : StatusLevel.Attention, givenUp == 0 ? null : words["StatusGivenUpAdvice"]),
        ]);
    }
}
