using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>Work that is looked after again and again. What the store does not take now is done at a later turn.</summary>
internal abstract class Keeper(TimeProvider time, ILogger logger) : BackgroundService
{
    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    /// <summary>The pause between two turns.</summary>
    protected abstract TimeSpan Every { get; }

    protected abstract Task TurnAsync(CancellationToken ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (StoreUnavailableException exception)
            {
                Log.Unavailable(Logger, exception);
            }

            await Task.Delay(Every, Time, stoppingToken);
        }
    }
}
