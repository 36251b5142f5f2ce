using Rivet.Access;
using Rivet.Audit;
using Rivet.Backup;
using Rivet.Certificates;
using Rivet.Certificates.Serving;
using Rivet.Cluster;
using Rivet.Hosting;
using Rivet.Hosting.Link;
using Rivet.Hosting.Link.Web;
using Rivet.Identity;
using Rivet.Mail;
using Rivet.Messaging;
using Rivet.Server.Certificates;
using Rivet.Server.Operations;
using Rivet.Server.Pages;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Transit;
using Rivet.Vault;

namespace Rivet.Server;

/// <summary>What this server is made of: one line a module, in the order in which they start.</summary>
internal static class Modules
{
    public static void AddModules(this WebApplicationBuilder builder, ServerOptions options, KeysFolder keys, ServedCertificates certificates)
    {
        builder.Services.AddStorage(options);
        builder.Services.AddBackup(BackupOf(options.DataFolder, keys.Path));
        builder.Services.AddHosting(link =>
        {
            link.TakesWeb = !options.BoundOnly;
            link.LimitsAddresses = !options.BehindProxy;
        });
        builder.Services.AddCertificates(certificates);
        builder.Services.AddSingleton<ICertificateObserver, CertificateAudit>();
        builder.Services.AddTables(options, keys.RootKeyFile);
        builder.Services.AddVaultKeepers();
        builder.Services.Configure<VaultOptions>(vault => vault.BackupWindow = () => WindowOf(keys.Path));
        builder.AddCluster();
        builder.Services.AddTelemetry();
        builder.Services.AddSingleton<OperationsRequests>();
        builder.AddRivetPages(keys.Path);
    }

    /// <summary>What is backed up, and which tables hold wrapped keys: these never go into a data pack.</summary>
    public static BackupPlan BackupOf(string dataFolder, string keysFolder)
        => new() { DataFolder = dataFolder, KeysFolder = keysFolder, KeyTables = VaultModule.KeyTables };

    /// <summary>How long a backup can bring a destroyed key back; null when none is set up, or its settings cannot be read.</summary>
    private static TimeSpan? WindowOf(string keysFolder)
    {
        try
        {
            return BackupStanding.ReadWindow(keysFolder);
        }
        catch (BackupException)
        {
            return null;
        }
    }

    /// <summary>The store and what has tables in it, without anything that serves: their scripts, and enough to open a store.</summary>
    public static IServiceCollection OverStore(ServerOptions options, string rootKeyFile)
    {
        var services = new ServiceCollection();
        services.AddStorage(options);
        services.AddTables(options, rootKeyFile);
        return services;
    }

    /// <summary>The scripts that make the modules' tables; opens nothing.</summary>
    public static IReadOnlyList<MigrationSource> Migrations()
        => MigrationsOf(new ServiceCollection().AddStorage(_ => { }).AddTables(_ => { }, _ => { }, _ => { }));

    /// <summary>The scripts among some services.</summary>
    public static IReadOnlyList<MigrationSource> MigrationsOf(IServiceCollection services)
        => [.. services.Select(service => service.ImplementationInstance).OfType<MigrationSource>()];

    private static void AddStorage(this IServiceCollection services, ServerOptions options)
        => services.AddStorage(storage => (storage.Folder, storage.MaxBytes, storage.Upgrading) = (options.DataFolder, options.Quota, options.Json ? null : UpgradeCommand.Teller()));

    private static IServiceCollection AddTables(this IServiceCollection services, ServerOptions options, string rootKeyFile)
        => services.AddTables(
            vault => (vault.RootKeyFile, vault.RootModule, vault.RootSeal, vault.AllowsLocalKeyServices) = (rootKeyFile, options.RootModule, options.RootSeal, options.KeyServerHere),
            identity => (identity.PublicHost, identity.PublicPort) = (options.PublicHost, options.Port),
            audit => (audit.WebhooksToPrivateNetworks, audit.ExportsToLoopback) = (options.ExportsInside, options.ExportsInside));

    private static IServiceCollection AddTables(this IServiceCollection services, Action<VaultOptions> vault, Action<IdentityOptions> identity, Action<AuditOptions> audit)
        => services.AddAccess().AddVault(vault).AddTransit().AddAudit(audit).AddMail().AddIdentity(identity).AddMessaging();

    public static void MapModules(this WebApplication app)
    {
        var endpoints = app.Services.GetRequiredService<LwsEndpoints>();
        endpoints.MapIdentity(app.Services);
        endpoints.MapMessaging(app.Services);
        endpoints.MapMail(app.Services);
        endpoints.MapAudit(app.Services);
        endpoints.MapVault(app.Services);
        endpoints.MapTransit(app.Services);
        endpoints.MapOperations(app.Services);
        app.UseTelemetry();
        app.MapHealth();
        app.MapAuditFiles();
        app.MapTransitApi();
        app.MapRivetPages();
        app.UseWebSockets();
        app.MapRivetLink();
    }
}
