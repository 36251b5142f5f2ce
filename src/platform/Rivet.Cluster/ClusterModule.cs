using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Rivet.Cluster;

/// <summary>Composes placement: where the grains of the modules live.</summary>
public static class ClusterModule
{
    /// <summary>
    /// Adds a silo of one process. It opens no port at all, so there is none that another user of the machine could
    /// reach; it keeps no state of its own: no grain storage, no reminders, no streams.
    /// </summary>
    public static IHostApplicationBuilder AddCluster(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(serviceId: "rivet", clusterId: "rivet");
            silo.Configure<GrainCollectionOptions>(options =>
            {
                options.CollectionAge = TimeSpan.FromMinutes(5);
                options.CollectionQuantum = TimeSpan.FromMinutes(1);
            });
        });
        ReplaceListeners(builder.Services);
        builder.Services.AddSingleton(typeof(GrainFinder<>));
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        return builder;
    }

    /// <summary>The keys under which Orleans looks for its silo and gateway listeners are its own, so all keyed ones are replaced.</summary>
    private static void ReplaceListeners(IServiceCollection services)
    {
        var replaced = 0;
        for (var index = 0; index < services.Count; index++)
        {
            if (services[index] is { IsKeyedService: true } listener && listener.ServiceType == typeof(IConnectionListenerFactory))
            {
                services[index] = ServiceDescriptor.KeyedSingleton<IConnectionListenerFactory, ClosedListenerFactory>(listener.ServiceKey);
                replaced++;
            }
        }

        if (replaced == 0)
        {
            throw new InvalidOperationException("Orleans registers its listeners in another way now: it would open a port.");
        }
    }
}
