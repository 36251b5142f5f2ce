using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>Brings what waits to the mail servers, again and again until it is taken, refused for good, or three days old.</summary>
internal sealed class MailCourier(IStore store, PostOffice office, MailBook book, MailSender sender, TimeProvider time, ILogger<MailCourier> log) : BackgroundService
{
    private const int AtOnce = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromDays(3);
    private static readonly TimeSpan RememberedFor = TimeSpan.FromDays(30);
    private volatile MailHistory history = new(null, null, default);

    /// <summary>How the last attempts ended.</summary>
    public MailHistory History => history;

    /// <summary>One round; gives how many were sent.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var due = await store.ReadAsync(session => OutgoingTable.Due(session, NowMs, AtOnce), ct);
        var sent = 0;
        foreach (var row in due)
        {
            var outcome = await BringAsync(row, ct);
            sent += outcome.Step is MailStep.Sent ? 1 : 0;
            await store.WriteAsync(
                transaction =>
                {
                    Keep(transaction, row, outcome);
                    return true;
                },
                CancellationToken.None);
        }

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

    /// <summary>Without settings or a key it waits like a server that does not answer.</summary>
    private async Task<MailOutcome> BringAsync(OutgoingRow row, CancellationToken ct)
    {
        if (!(await book.FindAsync(row.Company, ct)).TryGet(out var settings, out _) || settings is null || await office.OpenAsync(row, ct) is not { } letter)
        {
            return MailOutcome.Stopped(MailStep.Find, isFinal: false);
        }

        var outcome = await sender.SendAsync(settings, letter, ct);
        history = outcome.Step is MailStep.Sent
            ? history with { SentAt = time.GetUtcNow(), FailedAt = null }
            : history with { FailedAt = time.GetUtcNow(), FailedStep = outcome.Step };
        return outcome;
    }

    private void Keep(WriteTransaction transaction, OutgoingRow row, MailOutcome outcome)
    {
        if (outcome.Step is MailStep.Sent)
        {
            OutgoingTable.Delete(transaction, row.Id);
        }
        else if (outcome.IsFinal || NowMs - row.MadeMs >= GivenUpAfter.TotalMilliseconds)
        {
            Log.GivenUp(log, row.Id, outcome.Step);
            OutgoingTable.GiveUp(transaction, row.Id, (int)outcome.Step);
        }
        else
        {
            var wait = Math.Min(FirstWait.TotalMilliseconds * Math.Pow(2, Math.Min(row.Attempts, 10)), LongestWait.TotalMilliseconds);
            OutgoingTable.TryLater(transaction, row.Id, NowMs + (long)wait);
        }

        OutgoingTable.Forget(transaction, NowMs - (long)RememberedFor.TotalMilliseconds);
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>How the last attempts ended, since the start.</summary>
/// <param name="SentAt">The last that was taken.</param>
/// <param name="FailedAt">The last that was not; null once one was taken after it.</param>
/// <param name="FailedStep">Where that one stopped.</param>
internal sealed record MailHistory(DateTimeOffset? SentAt, DateTimeOffset? FailedAt, MailStep FailedStep);
