using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Rivet.Storage;

/// <summary>Composes the store.</summary>
public static class StorageModule
{
    /// <summary>Adds the embedded SQLite store. Call it before the modules: it opens first and closes last.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, Action<StorageOptions> configure)
    {
        services.AddOptions<StorageOptions>().Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new OutboxLag(provider.GetRequiredService<IOptions<StorageOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SqliteStore>();
        services.AddSingleton<IStore>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddHostedService(provider => provider.GetRequiredService<SqliteStore>());
        services.AddHostedService<CopyKeeper>();
        services.AddSingleton<OutboxPump>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxPump>());
        return services.AddMigrations("storage", typeof(StorageModule).Assembly);
    }

    /// <summary>Adds a module's ordered scripts.</summary>
    public static IServiceCollection AddMigrations(this IServiceCollection services, string owner, Assembly assembly)
        => services.AddSingleton(new MigrationSource(owner, assembly));

    /// <summary>Adds a consumer of the outbox.</summary>
    public static IServiceCollection AddOutboxConsumer<TConsumer>(this IServiceCollection services)
        where TConsumer : class, IOutboxConsumer
        => services.AddSingleton<IOutboxConsumer, TConsumer>();
}
