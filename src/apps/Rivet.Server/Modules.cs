using Rivet.Access;
using Rivet.Cluster;
using Rivet.Hosting;
using Rivet.Hosting.Link;
using Rivet.Identity;
using Rivet.Messaging;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server;

/// <summary>What this server is made of: one line a module.</summary>
internal static class Modules
{
    public static void AddModules(this WebApplicationBuilder builder, ServerOptions options, KeysFolder keys)
    {
        builder.Services.AddStorage(storage => storage.Folder = options.DataFolder);
        builder.Services.AddHosting();
        builder.Services.AddAccess();
        builder.Services.AddVault(vault => vault.RootKeyFile = keys.RootKeyFile);
        builder.Services.AddIdentity(identity => (identity.PublicHost, identity.PublicPort) = (options.Host, options.Port));
        builder.Services.AddMessaging();
        builder.AddCluster();
    }

    public static void MapModules(this WebApplication app)
    {
        var endpoints = app.Services.GetRequiredService<LwsEndpoints>();
        endpoints.MapIdentity(app.Services);
        endpoints.MapMessaging(app.Services);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapIdentityEntrance();
        app.MapGet("/health", () => "ok");
    }
}
