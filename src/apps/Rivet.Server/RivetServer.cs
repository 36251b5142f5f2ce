using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rivet.Hosting.Link;
using Rivet.Identity;
using Rivet.Server.Certificates;
using Rivet.Server.Startup;

namespace Rivet.Server;

/// <summary>One server: its modules over one store, behind one port.</summary>
internal sealed class RivetServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly LocalCertificateAuthority authority;
    private readonly ServerOptions options;
    private readonly KeysFolder keys;

    private RivetServer(WebApplication app, LocalCertificateAuthority authority, ServerOptions options, KeysFolder keys)
    {
        this.app = app;
        this.authority = authority;
        this.options = options;
        this.keys = keys;
    }

    /// <summary>Composes the server; opens nothing but the keys folder.</summary>
    /// <exception cref="StartupException">Something outside the server has to be put right first.</exception>
    public static RivetServer Build(ServerOptions options)
    {
        var keys = KeysFolder.Open(options);
        var authority = LocalCertificateAuthority.Open(keys, Announcement.CertificateFile(options), options.Host, TimeProvider.System);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "Rivet.Server",
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter((category, level) => level >= (category?.StartsWith("Orleans", StringComparison.Ordinal) == true ? LogLevel.Error : LogLevel.Warning));
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenRivet(new IPEndPoint(options.LoopbackOnly ? IPAddress.Loopback : IPAddress.IPv6Any, options.Port), authority.Current);
        });
        builder.AddModules(options, keys);
        var app = builder.Build();
        app.MapModules();
        return new RivetServer(app, authority, options, keys);
    }

    public Task StartAsync(CancellationToken ct) => app.StartAsync(ct);

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
            AdministratorCode = await app.Services.GetRequiredService<IAdministratorCode>().TakeAsync(ct),
        }.Print(output);
        await output.FlushAsync(ct);
    }

    public Task WaitForShutdownAsync(CancellationToken ct) => app.WaitForShutdownAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        authority.Dispose();
    }

    private int Port() => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
}
