using Microsoft.Extensions.Hosting;

namespace Rivet.Certificates.Serving;

/// <summary>Lets the work beat while the server runs: from when its port is open, for that is where a proof may be looked for.</summary>
internal sealed class CertificateBeat(CertificateWork work, ServedCertificates served, IHostApplicationLifetime life) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (life.ApplicationStarted.Register(open.SetResult))
        {
            await open.Task.WaitAsync(stoppingToken);
        }

        using var timer = new PeriodicTimer(served.Options.Beat, served.Time);
        do
        {
            await work.RunOnceAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
