using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>Verifies what was added every few seconds, and everything anew every few hours.</summary>
internal sealed class ChainWatch(AuditVerifier verifier, IOptions<AuditOptions> options, TimeProvider time, ILogger<ChainWatch> log)
    : BackgroundService
{
    private AuditHead position = AuditHead.Empty;
    private DateTimeOffset passBegan;
    private volatile ChainState state = new(AuditHead.Empty, null, IsComplete: false);

    /// <summary>What is known of the chain.</summary>
    public ChainState State => state;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                while (await RunOnceAsync(stoppingToken))
                {
                    await Task.Yield();
                }

                await Task.Delay(options.Value.LookEvery, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>One look; true while there is more to verify.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken ct)
    {
        try
        {
            if (position.Sequence == 0 || (state.IsComplete && time.GetUtcNow() - passBegan >= options.Value.VerifyAllEvery))
            {
                position = AuditHead.Empty;
                passBegan = time.GetUtcNow();
            }

            var (check, more) = await verifier.VerifyNextAsync(position, options.Value.EventsPerLook, ct);
            if (check.Break is { } broken)
            {
                if (state.Break != broken)
                {
                    Log.Broken(log, broken.Sequence, broken.Kind);
                }

                // A break found once stays said until a whole pass finds none.
                position = AuditHead.Empty;
                state = new(check.Head, broken, IsComplete: true);
                return false;
            }

            position = check.Head;
            state = more ? state with { Head = check.Head } : new(check.Head, null, IsComplete: true);
            return more;
        }
        catch (StoreUnavailableException exception)
        {
            Log.CheckFailed(log, exception);
            return false;
        }
    }
}

/// <summary>What the watch knows.</summary>
/// <param name="Head">The last verified event.</param>
/// <param name="Break">The break found, if any.</param>
/// <param name="IsComplete">Whether a whole pass was made since the start.</param>
internal sealed record ChainState(AuditHead Head, ChainBreak? Break, bool IsComplete);
