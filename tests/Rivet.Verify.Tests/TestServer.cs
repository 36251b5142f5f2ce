using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rivet.Verify.Tests;

/// <summary>Serves a mirror's folder as a log's server would, unless it is told otherwise.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TestMirror mirror;

    private TestServer(WebApplication app, TestMirror mirror) => (this.app, this.mirror) = (app, mirror);

    /// <summary>Where the log is.</summary>
    public string Url => $"{app.Urls.First()}/audit/platform";

    /// <summary>Names that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Answers a request itself and gives true, or leaves it.</summary>
    public Func<HttpContext, string, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    public static async Task<TestServer> StartAsync(TestMirror mirror, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        var server = new TestServer(app, mirror);
        app.MapGet("/audit/platform/{**name}", server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>A certificate of its own for this machine.</summary>
    public static X509Certificate2 Certificate(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(host));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string name)
    {
        Asked.Enqueue(name);
        if (await Instead(context, name))
        {
            return;
        }

        if (name == "history")
        {
            var sizes = Directory.Exists(mirror["history"]) ? Directory.EnumerateFiles(mirror["history"]).Select(Path.GetFileName).OrderBy(size => int.Parse(size!, CultureInfo.InvariantCulture)) : Enumerable.Empty<string?>();
            await context.Response.WriteAsync(string.Concat(sizes.Select(size => size + "\n")));
        }
        else if (File.Exists(mirror[name]))
        {
            await context.Response.SendFileAsync(mirror[name]);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
