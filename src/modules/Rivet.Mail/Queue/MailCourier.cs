using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>
/// Brings what waits to the mail servers, again and again until it is taken, refused for good, or three days old. One letter at a time for a
/// company; a company whose server does not answer holds nobody else up.
/// </summary>
internal sealed class MailCourier(
    IStore store, PostOffice office, MailBook book, MailSender sender, Chance chance, TimeProvider time, ILogger<MailCourier> log) : BackgroundService
{
    private readonly Backoff backoff = new(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), chance);
    private const int OfACompany = 20;
    private const int CompaniesAtOnce = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromDays(3);
    private static readonly TimeSpan RememberedFor = TimeSpan.FromDays(30);

    /// <summary>One round; gives how many were sent.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var forgetUntil = NowMs - (long)RememberedFor.TotalMilliseconds;
        var (due, anyOld) = await store.ReadAsync(
            session => (OutgoingTable.Due(session, NowMs, OfACompany), OutgoingTable.AnyToForget(session, forgetUntil)), ct);
        if (anyOld)
        {
            await store.WriteAsync(
                transaction =>
                {
                    OutgoingTable.Forget(transaction, forgetUntil);
                    return Done.Value;
                },
                ct);
        }

        var sent = 0;
        await Parallel.ForEachAsync(
            due.GroupBy(row => row.Company),
            new ParallelOptions { MaxDegreeOfParallelism = CompaniesAtOnce, CancellationToken = ct },
            async (rows, withdrawn) => Interlocked.Add(ref sent, await BringAsync(rows.Key, rows, withdrawn)));
        return sent;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Pause, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryRunAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task TryRunAsync(CancellationToken ct)
    {
        try
        {
            await RunOnceAsync(ct);
        }
        catch (StoreUnavailableException exception)
        {
            Log.RoundFailed(log, exception);
        }
    }

    /// <summary>A company's letters in turn. When it is the server that fails, the rest waits without asking it again.</summary>
    private async Task<int> BringAsync(CompanyId company, IEnumerable<OutgoingRow> rows, CancellationToken ct)
    {
        var sent = 0;
        var settings = (await book.FindAsync(company, ct)).TryGet(out var found, out _) ? found : null;
        MailOutcome? closed = settings is null ? MailOutcome.Stopped(MailStep.Find, isFinal: false) : null;
        foreach (var row in rows)
        {
            var outcome = closed;
            if (outcome is null && await office.OpenAsync(row, ct) is { } letter)
            {
                outcome = await sender.SendAsync(settings!, letter, ct);
                closed = outcome.Value.IsServers ? outcome : null;
            }

            sent += outcome?.Step is MailStep.Sent ? 1 : 0;
            await KeepAsync(row, outcome ?? MailOutcome.Stopped(MailStep.Find, isFinal: false), isKnown: settings is not null && outcome is not null);
        }

        return sent;
    }

    /// <summary>What was sent is sent: this is not withdrawn.</summary>
    private async Task KeepAsync(OutgoingRow row, MailOutcome outcome, bool isKnown) => await store.WriteAsync(
        transaction =>
        {
            Keep(transaction, row, outcome);
            if (isKnown)
            {
                MailHealth.Keep(transaction, row.Company, outcome, NowMs);
            }

            return Done.Value;
        },
        CancellationToken.None);

    private void Keep(WriteTransaction transaction, OutgoingRow row, MailOutcome outcome)
    {
        if (outcome.Step is MailStep.Sent)
        {
            OutgoingTable.Delete(transaction, row.Id);
        }
        else if (outcome.IsFinal || NowMs - row.MadeMs >= GivenUpAfter.TotalMilliseconds)
        {
            Log.GivenUp(log, row.Id, outcome.Step);
            OutgoingTable.GiveUp(transaction, row.Id, (int)outcome.Step, NowMs);
        }
        else
        {
            OutgoingTable.TryLater(transaction, row.Id, NowMs + (long)backoff.After(row.Attempts + 1).TotalMilliseconds);
        }
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();
}
