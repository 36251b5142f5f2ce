using Microsoft.Extensions.Hosting;

namespace Rivet.Certificates.Serving;

/// <summary>Lets the work beat while the server runs.</summary>
internal sealed class CertificateBeat(CertificateWork work, ServedCertificates served) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(served.Options.Beat, served.Time);
        do
        {
            await work.RunOnceAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
