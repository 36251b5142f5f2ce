using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>Composes the audit log.</summary>
public static class AuditModule
{
    /// <summary>Adds <see cref="IAuditLog"/>, the consumer that keeps security events, and the watch over the chain.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services, Action<AuditOptions>? configure = null)
    {
        var options = services.AddOptions<AuditOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddOutboxConsumer<AuditConsumer>();
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<IAuditLog, AuditLog>();
        services.AddSingleton<ChainWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ChainWatch>());
        services.AddSingleton<IStatusSource, AuditStatus>();
        return services.AddMigrations("audit", typeof(AuditModule).Assembly);
    }
}
