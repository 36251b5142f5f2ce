using Microsoft.Extensions.DependencyInjection;

namespace Rivet.Backup;

/// <summary>Composes what a running server does for its backups.</summary>
public static class BackupModule
{
    /// <summary>Adds the keeper of epochs, which does nothing until backups are set up.</summary>
    public static IServiceCollection AddBackup(this IServiceCollection services, BackupPlan plan)
    {
        services.AddSingleton(plan);
        return services.AddHostedService<EpochKeeper>();
    }
}
