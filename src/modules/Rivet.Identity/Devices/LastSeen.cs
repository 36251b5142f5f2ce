using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.Devices;

/// <summary>Stores when devices were last connected: many at once, and not at every message.</summary>
internal sealed class LastSeen(IStore store, TimeProvider time, ILogger<LastSeen> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<DeviceId, long> noted = new();

    /// <summary>The device was connected until now.</summary>
    public void Note(DeviceId device) => noted[device] = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Stores what was noted; what cannot be stored stays noted.</summary>
    public async Task RunOnceAsync(CancellationToken ct)
    {
        var batch = noted.ToArray();
        if (batch.Length == 0)
        {
            return;
        }

        await store.WriteAsync(
            transaction =>
            {
                foreach (var (device, seenMs) in batch)
                {
                    DeviceTable.MarkSeen(transaction, device, seenMs);
                }

                return Done.Value;
            },
            ct);
        foreach (var entry in batch)
        {
            noted.TryRemove(entry);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryRunAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, time, stoppingToken);
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
            Log.LastSeenFailed(log, exception);
        }
    }
}
