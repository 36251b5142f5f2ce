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
using Rivet.Messaging;
using Rivet.Server.Certificates;
using Rivet.Server.Pages;
using Rivet.Server.Startup;
using Rivet.Storage;
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
        builder.AddCluster();
        builder.Services.AddTables(options, keys.RootKeyFile);
        builder.Services.AddTelemetry();
        builder.AddRivetPages(keys.Path);
    }

    /// <summary>What is backed up, and which tables hold wrapped keys: these never go into a data pack.</summary>
    public static BackupPlan BackupOf(string dataFolder, string keysFolder)
        => new() { DataFolder = dataFolder, KeysFolder = keysFolder, KeyTables = VaultModule.KeyTables };

    /// <summary>The store and what has tables in it, without anything that serves: their scripts, and enough to open a store.</summary>
    public static IServiceCollection OverStore(ServerOptions options, string rootKeyFile)
    {
        var services = new ServiceCollection();
        services.AddStorage(options);
        services.AddTables(options, rootKeyFile);
        return services;
    }

    private static void AddStorage(this IServiceCollection services, ServerOptions options)
        => services.AddStorage(storage => (storage.Folder, storage.MaxBytes, storage.Upgrading) = (options.DataFolder, options.Quota, options.Json ? null : UpgradeCommand.Teller()));

    private static void AddTables(this IServiceCollection services, ServerOptions options, string rootKeyFile)
    {
        services.AddAccess();
        services.AddVault(vault => vault.RootKeyFile = rootKeyFile);
        services.AddAudit();
        services.AddIdentity(identity => (identity.PublicHost, identity.PublicPort) = (options.PublicHost, options.Port));
        services.AddMessaging();
    }

    public static void MapModules(this WebApplication app)
    {
        var endpoints = app.Services.GetRequiredService<LwsEndpoints>();
        endpoints.MapIdentity(app.Services);
        endpoints.MapMessaging(app.Services);
        app.UseTelemetry();
        app.MapHealth();
        app.MapRivetPages();
        app.UseWebSockets();
        app.MapRivetLink();
    }
}
