using Microsoft.Extensions.Hosting;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>Takes note of a restore before the first device can connect, and so before a sequence is given again.</summary>
internal sealed class RestoreStart(IStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
        => store.WriteAsync(transaction => Incarnation.IsNewTo(transaction, "messaging") ? RestoreTable.Note(transaction) : 0, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
