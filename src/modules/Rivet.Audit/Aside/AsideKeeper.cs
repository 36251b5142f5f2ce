using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Audit.Entries;
using Rivet.Audit.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Aside;

/// <summary>Looks every few seconds whether a key that was withheld is granted again: then the log takes what waited, also when nothing new happens.</summary>
internal sealed class AsideKeeper(IStore store, LogIntake intake, TimeProvider time, ILogger<AsideKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private volatile IReadOnlyList<StandingRow> standings = [];

    /// <summary>The logs that did not grow as usual at the last look.</summary>
    public IReadOnlyList<StandingRow> Standings => standings;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, time, stoppingToken);
                while (await RunOnceAsync(stoppingToken))
                {
                    await Task.Yield();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>One look at every log with waiting events, each by itself; true when something moved, so that there may be more.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        try
        {
            var moved = false;
            foreach (var standing in (await store.ReadAsync(AsideTable.All, ct)).Where(standing => standing.Aside > 0))
            {
                moved |= await TryTakeAsync(standing.Company, ct);
            }

            standings = await store.ReadAsync(AsideTable.All, ct);
            return moved;
        }
        catch (StoreUnavailableException exception)
        {
            Log.AsideFailed(log, "all", exception);
            return false;
        }
    }

    private async ValueTask<bool> TryTakeAsync(CompanyId company, CancellationToken ct)
    {
        try
        {
            if (await intake.PrepareAsync([], [company], ct) is not { } work)
            {
                return false;
            }

            return await store.WriteAsync(
                transaction =>
                {
                    work(transaction);
                    return true;
                },
                ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Somebody else was faster, or this log is damaged: the others are looked after all the same.
            Log.AsideFailed(log, LogIdentity.NameOf(company), exception);
            return false;
        }
    }
}
