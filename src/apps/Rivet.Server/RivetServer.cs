using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rivet.Certificates.Serving;
using Rivet.Hosting.Link;
using Rivet.Identity;
using Rivet.Server.Startup;

namespace Rivet.Server;

/// <summary>One server: its modules over one store, behind one port.</summary>
internal sealed class RivetServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ServedCertificates certificates;
    private readonly ServerOptions options;
    private readonly KeysFolder keys;
    private readonly StrongBox<bool> refused;

    private RivetServer(WebApplication app, ServedCertificates certificates, ServerOptions options, KeysFolder keys, StrongBox<bool> refused)
    {
        this.app = app;
        this.refused = refused;
        this.certificates = certificates;
        this.options = options;
        this.keys = keys;
    }

    /// <summary>What the modules registered.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>Composes the server; opens nothing but the two folders.</summary>
    /// <exception cref="StartupException">Something outside the server has to be put right first.</exception>
    public static RivetServer Build(ServerOptions options)
    {
        var keys = KeysFolder.Open(options);
        var certificates = ServedCertificates.Open(
            new()
            {
                Folder = keys.CertificatesFolder,
                AuthorityKeyFile = keys.AuthorityKeyFile,
                AuthorityCertificateFile = Announcement.CertificateFile(options),
                Hosts = options.Hosts,
                HttpAddress = Address(options),
            },
            TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = "Rivet.Server",
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });

        // Settings come from the command line and RIVET_… alone: nothing else on the machine may open a further port.
        builder.Configuration.Sources.Clear();
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.WebHost.UseKestrelHttpsConfiguration().UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenRivet(new IPEndPoint(Address(options), options.Port), certificates.For, certificates.Ahead);
        });
        builder.AddModules(options, keys, certificates);
        var refused = new StrongBox<bool>();
        builder.Logging.AddQuietConsole(options.Json, () => refused.Value);
        var app = builder.Build();
        app.MapModules();
        return new RivetServer(app, certificates, options, keys, refused);
    }

    public async Task StartAsync(CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch
        {
            refused.Value = true;
            throw;
        }
    }

    /// <summary>Says where the server is and, while there is no company, the one-time administrator code.</summary>
    public async Task AnnounceAsync(TextWriter output, CancellationToken ct)
    {
        var serverKeys = await app.Services.GetRequiredService<IServerIdentity>().GetKeysAsync(ct);
        new Announcement
        {
            Options = options,
            Port = Port(),
            ServerKey = serverKeys.IdentityKey.Memory,
            Keys = keys,
            Certificate = certificates.Now,
            Now = TimeProvider.System.GetUtcNow(),
            AdministratorCode = await app.Services.GetRequiredService<IAdministratorCode>().TakeAsync(ct),
        }.Print(output);
        await output.FlushAsync(ct);
    }

    public Task WaitForShutdownAsync(CancellationToken ct) => app.WaitForShutdownAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificates.Dispose();
    }

    private static IPAddress Address(ServerOptions options)
        => options.IsLoopbackOnly ? IPAddress.Loopback : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    private int Port() => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
}
