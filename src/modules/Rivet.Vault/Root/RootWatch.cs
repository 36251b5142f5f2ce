using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>
/// Asks a root in a key module every half minute, and records each loss and each return as one security event. A change that a call notices is recorded
/// too; from here, since the call may run inside the store's own write.
/// </summary>
internal sealed class RootWatch(RootKey root, IStore store, TimeProvider time, ILogger<RootWatch> log) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private readonly Channel<(bool IsReachable, DateTimeOffset At, string Fault)> changes
        = Channel.CreateBounded<(bool, DateTimeOffset, string)>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (root.Root is not ModuleRoot module)
        {
            return;
        }

        module.Changed = (isReachable, fault) => changes.Writer.TryWrite((isReachable, time.GetUtcNow(), fault));
        await Task.WhenAll(AskAsync(module, stoppingToken), RecordAsync(stoppingToken));
    }

    private async Task AskAsync(ModuleRoot module, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Between, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            // The call blocks as long as the module takes.
            await Task.Run(module.Check, ct);
        }
    }

    private async Task RecordAsync(CancellationToken ct)
    {
        await foreach (var (isReachable, at, fault) in changes.Reader.ReadAllAsync(ct))
        {
            if (isReachable)
            {
                Log.ModuleBack(log);
            }

            var fact = new SecurityEvent
            {
                Id = EntityId.New<EventId>(time),
                At = at,
                Kind = isReachable ? VaultEvents.RootReachable : VaultEvents.RootUnreachable,
                Actor = Subject.OfSystem(default),
                Target = default,
                Outcome = isReachable ? EventOutcome.Success : EventOutcome.Failure,
                Details = isReachable ? new Dictionary<string, string>() : new Dictionary<string, string> { ["fault"] = fault },
            };

            // A log that the loss itself kept from its keys refuses what is new until it has caught up.
            for (var isFirst = true; !await TryRecordAsync(fact, isFirst, ct); isFirst = false)
            {
                await Task.Delay(BetweenTries, time, ct);
            }
        }
    }

    private async Task<bool> TryRecordAsync(SecurityEvent fact, bool isFirst, CancellationToken ct)
    {
        try
        {
            await store.WriteAsync(
                transaction =>
                {
                    transaction.Record(fact with { Target = new("vault-root", KnownRoot.Find(transaction)!.Id, default) });
                    return Done.Value;
                },
                ct);
            return true;
        }
        catch (StoreUnavailableException unavailable)
        {
            if (isFirst)
            {
                Log.ReachNotRecorded(log, unavailable);
            }

            return false;
        }
    }
}
