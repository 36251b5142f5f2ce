using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Messaging;

/// <summary>
/// Ends the months that lie outside the kept time: first the key, which makes everything under it unreadable wherever it lies, then the
/// rows. Runs at start and every hour; killed at any point, the next run goes on.
/// </summary>
internal sealed class RetentionSweep(IStore store, IVault vault, MonthEmptying emptying, TimeProvider time, ILogger<RetentionSweep> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Ends what is over now; one run at a time.</summary>
    public async Task RunOnceAsync(CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        try
        {
            await EndAsync(ct);
        }
        finally
        {
            turn.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        turn.Dispose();
    }

    private async Task EndAsync(CancellationToken ct)
    {
        foreach (var (company, month) in await store.ReadAsync(RetentionTable.Unfinished, ct))
        {
            await emptying.EmptyAsync(company, month, ct);
        }

        foreach (var company in await store.ReadAsync(PolicyTable.Ending, ct))
        {
            while (await store.ReadAsync(session => FindDue(session, company), ct) is { } month && await DestroyAsync(company, month, ct))
            {
                await emptying.EmptyAsync(company, month, ct);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hours = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (StoreUnavailableException exception)
            {
                Log.RetentionLater(log, exception);
            }
        }
        while (await hours.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>The key goes first; killed between the two, the next run destroys what is destroyed already and notes it.</summary>
    internal async Task<bool> DestroyAsync(CompanyId company, KeyPeriod month, CancellationToken ct)
    {
        var destroyed = await vault.DestroyAsync(EntrySeal.ScopeOf(company, month), ct);
        return destroyed.IsOk && await store.WriteAsync(transaction => RetentionTable.Begin(transaction, company, month), ct) > 0;
    }

    /// <summary>The oldest month that is over; null when none is. The policy is read anew for every month: what was lengthened meanwhile stays.</summary>
    private KeyPeriod? FindDue(ReadSession session, CompanyId company)
    {
        var now = time.GetUtcNow();
        if (KeptTime.FirstKept(PolicyTable.Find(session, company).Kept.At(now), now) is not { } kept || RetentionTable.First(session, company) is not { } first)
        {
            return null;
        }

        var next = RetentionTable.Last(session, company) is { } last ? Math.Max(last.Month + 1, first.Month) : first.Month;
        return next < kept.Month ? new(next) : null;
    }
}
