using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rivet.Audit.Entries;
using Rivet.Audit.Reading;
using Rivet.Audit.SavedQueries;
using Rivet.Audit.Sealing;
using Rivet.Audit.Searching;
using Rivet.Audit.Watching;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Audit;

/// <summary>Composes the sealed logs.</summary>
public static class AuditModule
{
    /// <summary>Adds <see cref="IAuditLog"/>, the consumer that seals security events, and the watch over the logs.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services, Action<AuditOptions>? configure = null)
    {
        var options = services.AddOptions<AuditOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton<ISignatureVerifier, Ed25519Verifier>();
        services.AddSingleton<LogIdentity>();
        services.AddSingleton<LogNews>();
        services.AddSingleton<EntrySealing>();
        services.AddOwnersLog();
        services.AddOutboxConsumer<LogConsumer>();
        services.AddSingleton<IAuditLog, AuditLog>();
        services.AddSingleton<IAuditSearch, AuditSearch>();
        services.AddSingleton<SavedQueryBook>();
        services.AddSingleton<LogWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<LogWatch>());
        services.AddSingleton<IStatusSource, AuditStatus>();
        return services.AddMigrations("audit", typeof(AuditModule).Assembly);
    }

    /// <summary>Adds only <see cref="IOwnersLog"/>, for a program beside the server.</summary>
    public static IServiceCollection AddOwnersLog(this IServiceCollection services)
    {
        services.TryAddSingleton<EntryOpening>();
        services.TryAddSingleton<IOwnersLog, OwnersLog>();
        return services;
    }
}
