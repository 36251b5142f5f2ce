using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rivet.Backup;

/// <summary>Destroys, hourly while the server runs, the epochs whose window has ended, whether or not anybody makes a backup.</summary>
internal sealed class EpochKeeper(BackupPlan plan, TimeProvider time, ILogger<EpochKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                RunOnce();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.KeeperStopped(log);
        }
    }

    internal void RunOnce()
    {
        try
        {
            if (BackupSettings.TryRead(plan.KeysFolder) is not { } settings)
            {
                return;
            }

            var now = time.GetUtcNow();
            if (BackupCheck.Expire(settings.Epochs, time) is var count and > 0)
            {
                Log.EpochsDestroyed(log, count);
            }

            // The newest run was made before this epoch closed, and nothing opens a run once its window has ended.
            if (settings.Epoch is { } epoch && now > epoch.Ends - (settings.Window / 2))
            {
                Log.RunIsDue(log, epoch.Ends);
            }
        }
        catch (Exception exception) when (exception is BackupException or IOException or UnauthorizedAccessException)
        {
            Log.CannotExpire(log, exception);
        }
    }
}
