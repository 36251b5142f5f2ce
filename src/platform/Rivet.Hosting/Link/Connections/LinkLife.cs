using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Hosting.Link.Tls;

namespace Rivet.Hosting.Link.Connections;

/// <summary>The link's start and stop, and the one timer of all connections.</summary>
internal sealed class LinkLife(IServiceProvider services, TimeProvider time, ILogger<LinkLife> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);
    private LinkServer? server;
    private ITimer? timer;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await TlsSelfTest.RunAsync(time, cancellationToken);
        Log.SelfTestPassed(logger);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        server = services.GetRequiredService<LinkServer>();
        timer = time.CreateTimer(static state => ((LinkServer)state!).Sweep(), server, SweepEvery, SweepEvery);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        server?.Stop();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => timer?.Dispose();
}
