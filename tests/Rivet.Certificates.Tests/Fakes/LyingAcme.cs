using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Certificates.Folder;

namespace Rivet.Certificates.Tests.Fakes;

/// <summary>
/// An ACME server over real HTTPS that keeps to the protocol, except where a test makes it lie. It believes every
/// challenge: that proofs can be seen is tested against pebble.
/// </summary>
internal sealed class LyingAcme : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly X509Certificate2 tls;
    private readonly ConcurrentDictionary<string, Order> orders = new();
    private readonly ConcurrentDictionary<string, string> accounts = new();
    private readonly ConcurrentDictionary<string, bool> nonces = new();
    private int counter;

    private LyingAcme(WebApplication app, X509Certificate2 tls, TimeProvider time)
    {
        this.app = app;
        this.tls = tls;
        Authority = new TestAuthority(time.GetUtcNow());
        Certify = (key, names) => Authority.Issue(key, names, time.GetUtcNow().AddMinutes(-1), time.GetUtcNow().AddDays(90)).ExportCertificatePem() + "\n" + Authority.MiddlePem;
    }

    public TestAuthority Authority { get; }

    /// <summary>The address of this server, without a path.</summary>
    public string Base { get; private set; } = "";

    /// <summary>By step (<c>directory nonce account order authorization challenge finalize poll certificate</c>): what is sent instead of the honest reply.</summary>
    public ConcurrentDictionary<string, Func<Reply, Reply>> Lies { get; } = new();

    /// <summary>Makes the chain for a key and names.</summary>
    public Func<PublicKey, IReadOnlyList<string>, string> Certify { get; set; }

    /// <summary>Runs when a request came in, before it has its effect.</summary>
    public Action<string> Asked { get; set; } = _ => { };

    public ConcurrentQueue<string> Steps { get; } = new();

    public int Accounts => accounts.Count;

    public AcmeSettings Settings(params string[] names) => new()
    {
        Directory = new Uri(Base + "/directory"), Names = names, HttpPort = 0, Roots = tls.ExportCertificatePem(), Contact = "ops@example.org",
    };

    public static async Task<LyingAcme> StartAsync(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=acme", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var tls = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(tls)));
        var app = builder.Build();
        var server = new LyingAcme(app, tls, time);
        app.Run(server.ServeAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        server.Base = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        Authority.Dispose();
        tls.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var step = path[0];
        Steps.Enqueue(step);
        Asked(step);
        var reply = Honest(step, path.ElementAtOrDefault(1) ?? "", await ReadAsync(context));
        reply = Lies.TryGetValue(step, out var lie) ? lie(reply) : reply;

        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.Type;
        if (step != "directory")
        {
            var nonce = NewNonce();
            context.Response.Headers["Replay-Nonce"] = reply.Nonce ?? nonce;
        }

        foreach (var (name, value) in reply.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (context.Request.Method != "HEAD")
        {
            await context.Response.WriteAsync(reply.Body);
        }
    }

    private Reply Honest(string step, string id, JsonElement request)
    {
        if (step is not ("directory" or "nonce") && !nonces.TryRemove(Header(request).GetProperty("nonce").GetString()!, out _))
        {
            return Reply.Problem("badNonce", "JWS has an invalid anti-replay nonce");
        }

        switch (step)
        {
            case "directory":
                return Reply.Json(200, new { newNonce = Base + "/nonce", newAccount = Base + "/account", newOrder = Base + "/order", meta = new { termsOfService = Base + "/terms" } });
            case "nonce":
                return new Reply { Status = 200 };
            case "account":
                var key = Header(request).GetProperty("jwk").GetRawText();
                var account = accounts.GetOrAdd(key, _ => $"{Base}/who/{Interlocked.Increment(ref counter)}");
                return Reply.Json(201, new { status = "valid" }) with { Headers = new() { ["Location"] = account } };
            case "order":
                if (!accounts.Values.Contains(Header(request).GetProperty("kid").GetString()!))
                {
                    return Reply.Problem("accountDoesNotExist", "Who are you?");
                }

                var made = new Order { Names = [.. Payload(request).GetProperty("identifiers").EnumerateArray().Select(one => one.GetProperty("value").GetString()!)] };
                var number = Interlocked.Increment(ref counter).ToString(System.Globalization.CultureInfo.InvariantCulture);
                orders[number] = made;
                return Show(number, made) with { Status = 201, Headers = new() { ["Location"] = $"{Base}/poll/{number}" } };
            case "poll":
                return Show(id, orders[id]);
            case "authorization":
                var (order, name) = Named(id);
                return Reply.Json(200, new
                {
                    status = orders[order].Status == "pending" ? "pending" : "valid",
                    identifier = new { type = "dns", value = name },
                    challenges = new[]
                    {
                        new { type = "http-01", url = $"{Base}/challenge/{id}", token = "0123456789abcdefghijkl" },
                        new { type = "tls-alpn-01", url = $"{Base}/challenge/{id}", token = "0123456789abcdefghijkl" },
                    },
                });
            case "challenge":
                orders[Named(id).Order].Status = "ready";
                return Reply.Json(200, new { status = "processing" });
            case "finalize":
                var asked = CertificateRequest.LoadSigningRequest(
                    Base64Url.DecodeFromChars(Payload(request).GetProperty("csr").GetString()), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
                orders[id].Key = asked.PublicKey;
                orders[id].Status = "valid";
                return Show(id, orders[id]) with { Body = Show(id, orders[id]).Body.Replace("\"valid\"", "\"processing\"", StringComparison.Ordinal) };
            case "certificate":
                return new Reply { Status = 200, Type = "application/pem-certificate-chain", Body = Certify(orders[id].Key!, orders[id].Names) };
            default:
                return Reply.Problem("malformed", step) with { Status = 404 };
        }
    }

    private Reply Show(string id, Order order) => Reply.Json(200, new
    {
        status = order.Status,
        authorizations = order.Names.Select(name => $"{Base}/authorization/{id}-{name}"),
        finalize = $"{Base}/finalize/{id}",
        certificate = order.Status == "valid" ? $"{Base}/certificate/{id}" : null,
    });

    private static (string Order, string Name) Named(string id) => (id[..id.IndexOf('-', StringComparison.Ordinal)], id[(id.IndexOf('-', StringComparison.Ordinal) + 1)..]);

    private string NewNonce()
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        nonces[nonce] = true;
        return nonce;
    }

    private static async Task<JsonElement> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static JsonElement Header(JsonElement request) => Decode(request, "protected");

    private static JsonElement Payload(JsonElement request) => Decode(request, "payload");

    private static JsonElement Decode(JsonElement request, string part)
        => JsonDocument.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(request.GetProperty(part).GetString()))).RootElement;

    private sealed class Order
    {
        public required IReadOnlyList<string> Names { get; init; }

        public string Status { get; set; } = "pending";

        public PublicKey? Key { get; set; }
    }
}

/// <summary>One reply, honest or not.</summary>
internal sealed record Reply
{
    public required int Status { get; init; }

    public string Type { get; init; } = "application/json";

    public string Body { get; init; } = "";

    public string? Nonce { get; init; }

    public Dictionary<string, string> Headers { get; init; } = [];

    public static Reply Json(int status, object body) => new() { Status = status, Body = JsonSerializer.Serialize(body) };

    public static Reply Problem(string type, string detail)
        => Json(400, new { type = "urn:ietf:params:acme:error:" + type, detail }) with { Type = "application/problem+json" };
}
