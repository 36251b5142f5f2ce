using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>Composes the vault.</summary>
public static class VaultModule
{
    /// <summary>The tables whose rows hold wrapped keys: backups keep them apart from everything else.</summary>
    public static IReadOnlyList<string> KeyTables { get; } = ["vault_key", "vault_signing_key"];

    /// <summary>
    /// Adds <see cref="IVault"/> with a software key ring. Call it after the storage: the vault refuses to start when
    /// its root does not fit the store.
    /// </summary>
    public static IServiceCollection AddVault(this IServiceCollection services, Action<VaultOptions> configure)
    {
        services.AddOptions<VaultOptions>().Configure(configure).ValidateDataAnnotations()
            .Validate(options => options.SealsPerBlock <= options.SealsPerEpoch, "A block of seals must fit into an epoch.")
            .ValidateOnStart();
        services.AddSingleton<RootKey>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<IVault, SoftwareVault>();
        services.AddHostedService<VaultStart>();
        services.AddSingleton(provider => new RootReach(provider.GetRequiredService<RootKey>(), provider.GetService<System.Diagnostics.Metrics.IMeterFactory>()));
        services.AddHostedService<RootWatch>();
        services.AddSingleton<IStatusSource, VaultStatus>();
        return services.AddMigrations("vault", typeof(VaultModule).Assembly);
    }
}
