using Microsoft.Extensions.Hosting;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Keys;

namespace Rivet.Transit;

/// <summary>After a restore, lets every key begin a new version: how often the old ones encrypted since the backup is not known.</summary>
internal sealed class TransitStart(IStore store) : IHostedService
{
    private const string Owner = "transit";

    public Task StartAsync(CancellationToken ct) => store.WriteAsync(
        transaction =>
        {
            if (Incarnation.IsNewTo(transaction, Owner))
            {
                KeyTable.EndVersions(transaction);
            }

            return Done.Value;
        },
        ct);

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
