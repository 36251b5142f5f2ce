using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rivet.Client.Native.Tls;
using Rivet.Hosting.Link;
using Rivet.Hosting.Link.Web;
using Rivet.Kernel;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Hosting.Tests.Fakes;

/// <summary>A real Kestrel on a free port of loopback, with one company in memory behind it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;

    private TestServer(WebApplication app, X509Certificate2 certificate, FakeIdentity identity, FakeAccess access, FakeObserver observer)
    {
        this.app = app;
        this.certificate = certificate;
        (Identity, Access, Observer) = (identity, access, observer);
        Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    public int Port { get; }

    public FakeIdentity Identity { get; }

    public FakeAccess Access { get; }

    public FakeObserver Observer { get; }

    public LinkTarget Target => new("127.0.0.1", Port, Identity.ServerKey);

    public static async Task<TestServer> StartAsync(
        Action<LwsEndpoints>? map = null, Action<LinkOptions>? configure = null, TimeProvider? time = null, X509Certificate2? certificate = null)
    {
        certificate ??= MakeCertificate(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        var (identity, access, observer) = (new FakeIdentity(), new FakeAccess(), new FakeObserver());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton<IDeviceAuthority>(identity).AddSingleton<IServerIdentity>(identity);
        builder.Services.AddSingleton<IAccess>(access).AddSingleton<ILwsConnectionObserver>(observer);
        builder.Services.AddHosting(configure);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenRivet(new IPEndPoint(IPAddress.Loopback, 0), _ => context));
        var app = builder.Build();
        app.UseWebSockets();
        app.MapRivetLink();
        app.MapGet("/hello", () => "hello over https");
        map?.Invoke(app.Services.GetRequiredService<LwsEndpoints>());
        await app.StartAsync();
        return new TestServer(app, certificate, identity, access, observer);
    }

    public static X509Certificate2 MakeCertificate(DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(from, to);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Joins a new device; the keys are the caller's.</summary>
    public async Task<LwsLink> JoinAsync(DeviceKeys keys, TimeProvider? time = null)
    {
        var joined = await TlsLink.ConnectAsync(Target, keys, NewJoin(), null, time ?? TimeProvider.System, TestContext.Current.CancellationToken);
        return joined.Value;
    }

    /// <summary>Waits until a hostile peer was reported.</summary>
    public async Task ReportedAsync(SubjectKind who, string offence)
    {
        while (!Identity.Reports.Any(report => (report.Who, report.Offence) == (who, offence)))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public static Join NewJoin() => new() { Code = ByteString.CopyFrom(FakeIdentity.Code), PersonName = "Ada", DeviceName = "laptop" };

    public T Get<T>()
        where T : notnull
        => app.Services.GetRequiredService<T>();

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Identity.Dispose();
        certificate.Dispose();
    }
}
