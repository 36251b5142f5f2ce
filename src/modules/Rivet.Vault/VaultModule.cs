using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rivet.Hosting.Link;
using Rivet.Hosting.Outgoing;
using Rivet.Hosting.Status;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>Composes the vault.</summary>
public static class VaultModule
{
    /// <summary>The tables whose rows hold wrapped keys: backups keep them apart from everything else.</summary>
    public static IReadOnlyList<string> KeyTables { get; } = ["vault_key", "vault_signing_key", "vault_company", "vault_company_key", "vault_request"];

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
        services.TryAddSingleton<Chance>();
        services.AddSingleton<KeyServices>();
        services.AddSingleton<CompanyKeys>();
        services.AddSingleton<DataKeys>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<Withholding>().AddSingleton<IKeyWatch>(provider => provider.GetRequiredService<Withholding>());
        services.AddSingleton<Imports>().AddSingleton<KeyDesk>().AddSingleton<KeyRequests>();
        services.AddSingleton<KeyServiceWatch>().AddSingleton<DestructionKeeper>().AddSingleton<Rewrapper>();
        services.AddSingleton<IVault, SoftwareVault>();
        services.AddHostedService<VaultStart>();
        services.AddSingleton(provider => new RootReach(provider.GetRequiredService<RootKey>(), provider.GetService<System.Diagnostics.Metrics.IMeterFactory>()));
        services.AddSingleton<IStatusSource, VaultStatus>();
        return services.AddMigrations("vault", typeof(VaultModule).Assembly);
    }

    /// <summary>
    /// Adds what watches and changes keys by itself: whether the root answers, the questions to customers' key services, destructions that are due, wrapping anew. For the running server
    /// alone: a program beside it opens the vault and leaves this to the server.
    /// </summary>
    public static IServiceCollection AddVaultKeepers(this IServiceCollection services) => services
        .AddHostedService<RootWatch>()
        .AddHostedService(provider => provider.GetRequiredService<KeyServiceWatch>())
        .AddHostedService(provider => provider.GetRequiredService<DestructionKeeper>())
        .AddHostedService(provider => provider.GetRequiredService<Rewrapper>());

    /// <summary>Maps the requests about a company's key.</summary>
    public static LwsEndpoints MapVault(this LwsEndpoints endpoints, IServiceProvider services)
    {
        services.GetRequiredService<KeyRequests>().Map(endpoints);
        return endpoints;
    }
}
