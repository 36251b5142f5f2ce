using System.Net;
using OpenTelemetry.Metrics;

namespace Rivet.Server;

/// <summary>Measurements for whoever runs the machine: <c>/metrics</c>, answered to this machine only, and <c>/health</c>.</summary>
internal static class Telemetry
{
    private const string Path = "/metrics";

    public static void AddTelemetry(this IServiceCollection services)
        => services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Rivet.*", "Microsoft.AspNetCore.Server.Kestrel")
            .AddRuntimeInstrumentation()
            .AddPrometheusExporter());

    /// <summary>To others the address does not exist.</summary>
    public static void UseTelemetry(this WebApplication app)
        => app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Request.Path == Path
            && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address));
}
