using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rivet.Hosting.Link;
using Rivet.Hosting.Link.Connections;

namespace Rivet.Hosting;

/// <summary>Registers the link.</summary>
public static class HostingModule
{
    /// <summary>
    /// Adds the link: <see cref="LwsEndpoints"/> (with ECHO and STREAM_ECHO mapped), the connections, their limits and meters (<c>Rivet.Link</c>),
    /// and the TLS self-test, which stops a start that cannot judge TLS groups. Needs <see cref="Rivet.Kernel.IAccess"/>,
    /// <see cref="IDeviceAuthority"/> and <see cref="IServerIdentity"/> from others. Listen with
    /// <see cref="LinkListening.ListenRivet"/>, and let browsers in with <see cref="Link.Web.WebProfile.MapRivetLink"/>; map every endpoint before the host starts.
    /// </summary>
    public static IServiceCollection AddHosting(this IServiceCollection services, Action<LinkOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<LinkOptions>().Configure(options => configure?.Invoke(options)).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ =>
        {
            var endpoints = new LwsEndpoints();
            EchoEndpoint.Map(endpoints);
            return endpoints;
        });
        services.AddSingleton<LinkMeters>();
        services.AddSingleton<TicketBook>();
        services.AddSingleton<ILinkTickets>(provider => provider.GetRequiredService<TicketBook>());
        services.AddSingleton<LinkServer>();
        services.AddHostedService<LinkLife>();
        return services;
    }
}
