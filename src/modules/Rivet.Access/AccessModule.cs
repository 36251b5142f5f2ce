using Microsoft.Extensions.DependencyInjection;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Access;

/// <summary>Composes the access policy.</summary>
public static class AccessModule
{
    /// <summary>Adds <see cref="IAccess"/> and <see cref="IRelations"/> over the store.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, Action<AccessOptions>? configure = null)
    {
        var options = services.AddOptions<AccessOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton<StandingCache>();
        services.AddSingleton<IRelations, RelationStore>();
        services.AddSingleton<IAccess, AccessPolicy>();
        return services.AddMigrations("access", typeof(AccessModule).Assembly);
    }
}
