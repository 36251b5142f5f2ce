using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;

namespace Rivet.Audit.Exporting;

/// <summary>Brings a batch to its receiver, over TLS or not at all, and says how far it came. Never throws for what a receiver does; ends within 30 seconds.</summary>
internal sealed class ExportSender(IOptions<AuditOptions> options, TimeProvider time)
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task<ExportOutcome> SendAsync(ExportSettings settings, ExportBatch batch, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        var route = new ExportRoute(settings, options.Value, time);
        try
        {
            return settings.Kind is ExportKind.Syslog
                ? await SyslogSender.SendAsync(route, batch, both.Token)
                : await WebhookSender.SendAsync(route, settings, batch, time, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ExportOutcome(route.At);
        }
        catch (Exception broken) when (broken is IOException or SocketException or AuthenticationException or HttpRequestException)
        {
            return new ExportOutcome(route.At);
        }
    }
}
