using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rivet.Storage;

/// <summary>Removes, hourly while the server runs, copies from before an upgrade that are past their time: they keep keys alive that the store has destroyed.</summary>
internal sealed class CopyKeeper(IOptions<StorageOptions> options, TimeProvider time, ILogger<CopyKeeper> log) : BackgroundService
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
            return;
        }
    }

    internal void RunOnce()
    {
        try
        {
            if (KeptCopy.Expire(options.Value.Folder, time.GetUtcNow()) is var count and > 0)
            {
                Log.CopiesRemoved(log, count);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.CannotRemoveCopies(log, exception);
        }
    }
}
