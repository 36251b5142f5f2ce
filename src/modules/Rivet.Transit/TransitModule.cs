using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Link;
using Rivet.Hosting.Status;
using Rivet.Storage;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;
using Rivet.Transit.Calls;
using Rivet.Transit.Keys;
using Rivet.Transit.Status;

namespace Rivet.Transit;

/// <summary>Composes the cryptographic API.</summary>
public static class TransitModule
{
    /// <summary>Adds the API and <see cref="ITransitApplications"/>. Needs the store and the vault.</summary>
    public static IServiceCollection AddTransit(this IServiceCollection services, Action<TransitOptions>? configure = null)
    {
        services.AddOptions<TransitOptions>().Configure(options => configure?.Invoke(options)).ValidateDataAnnotations()
            .Validate(options => options.LargestBatch <= options.SealsPerVersion, "A batch must fit into a version.")
            .ValidateOnStart();
        services.AddSingleton<TokenGate>().AddSingleton<Ledger>().AddSingleton<ApiRoutes>();
        services.AddSingleton<KeyChest>().AddSingleton<Rotation>().AddSingleton<KeyMaking>();
        services.AddSingleton<CipherDesk>().AddSingleton<SignatureDesk>().AddSingleton<FreeDesk>().AddSingleton<KeyDesk>().AddSingleton<ImportDesk>().AddSingleton<TokenDesk>();
        services.AddSingleton<ITransitApplications, ApplicationDesk>().AddSingleton<TransitRequests>();
        services.AddSingleton<IStatusSource, TransitStatus>();
        services.AddHostedService<TransitStart>();
        return services.AddMigrations("transit", typeof(TransitModule).Assembly);
    }

    /// <summary>Puts the administrators' requests behind the link.</summary>
    public static void MapTransit(this LwsEndpoints endpoints, IServiceProvider services) => services.GetRequiredService<TransitRequests>().Map(endpoints);

    /// <summary>Maps <c>/v1/…</c> over HTTPS, for whoever has an application's token.</summary>
    public static void MapTransitApi(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        var routes = services.GetRequiredService<ApiRoutes>();
        services.GetRequiredService<CipherDesk>().Map(app, routes);
        services.GetRequiredService<SignatureDesk>().Map(app, routes);
        services.GetRequiredService<FreeDesk>().Map(app, routes);
        services.GetRequiredService<KeyDesk>().Map(app, routes);
        services.GetRequiredService<ImportDesk>().Map(app, routes);
        services.GetRequiredService<TokenDesk>().Map(app, routes);
    }
}
