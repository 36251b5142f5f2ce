using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Rivet.Cryptography.Pkcs11;
using Rivet.Cryptography.SigV4;
using Rivet.Kernel;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Rivet.KeyServer;

/// <summary>Serves the XKS Proxy API, version 1, over HTTPS: whoever signed with a known credential may ask, everything else is refused before it is parsed.</summary>
internal sealed class XksServer(KeyServerFolder folder, KeyModule module, TimeProvider time)
{
    private const string Service = "kms-xks-proxy";
    private const string Product = "Rivet key server";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly KeyDesk desk = new(folder.Book, module, time);
    private readonly UseLog log = new(folder.UseLog, time);
    private readonly SigV4Verifier verifier = new(folder.Settings.Region, Service, folder.Book.Credential, time);

    public static WebApplication Build(KeyServerFolder folder, KeyModule module, IPAddress address, int port, X509Certificate2 certificate, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = XksRequest.LongestBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 500;
            kestrel.Limits.RequestHeadersTimeout = Patience;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1024, TimeSpan.FromSeconds(5));
            kestrel.Listen(address, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate, SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 });
            });
        });
        var app = builder.Build();
        var server = new XksServer(folder, module, time);
        app.Run(server.AnswerAsync);
        app.Lifetime.ApplicationStopped.Register(server.desk.Dispose);
        return app;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var begun = time.GetTimestamp();
        var answer = await JudgeAsync(context, begun);
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Body.Length;
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
        Array.Clear(answer.Body);
    }

    private async ValueTask<Answer> JudgeAsync(HttpContext context, long begun)
    {
        if (context.Request.Method != HttpMethods.Post)
        {
            return Refuse(XksError.MethodNotAllowed);
        }

        if (await SecretBody.ReadAsync(context.Request, XksRequest.LongestBody) is not { } body)
        {
            return Refuse(XksError.Validation);
        }

        try
        {
            if (!verifier.Verify(Signed(context, body)).TryGet(out var who, out var refused))
            {
                log.WriteStranger(refused.ToString(), context.Connection.RemoteIpAddress?.ToString() ?? "");
                return Refuse(XksError.AuthenticationFailed);
            }

            if (!TryRoute(context.Request.Path.Value ?? "", out var operation, out var key))
            {
                return Refuse(XksError.InvalidUriPath);
            }

            var parsed = XksRequest.Parse(operation, body);
            var result = parsed.TryGet(out var request, out var error) ? await WorkAsync(operation, key, request, context.RequestAborted) : error;
            Array.Clear(parsed.IsOk ? parsed.Value.Text : []);
            log.Write(who, operation, key, result.TryGet(out var said, out error) ? "ok" : error.Name, parsed.IsOk ? parsed.Value : null, time.GetElapsedTime(begun));
            return said is null ? Refuse(error!) : new Answer(200, said);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
        {
            // The log or the book cannot be written or read: no use goes unrecorded, none unjudged.
            return Refuse(XksError.Internal);
        }
        finally
        {
            Array.Clear(body);
        }
    }

    private async ValueTask<Result<byte[], XksError>> WorkAsync(XksOperation operation, string key, XksRequest request, CancellationToken ct)
    {
        switch (operation)
        {
            case XksOperation.Health:
                var health = await desk.HealthAsync(ct);
                return health.IsOk ? Write(Healthy) : health.Refusal;
            case XksOperation.Metadata:
                return desk.Find(key).TryGet(out var found, out var why) ? Write(json => Describe(json, found)) : why;
            case XksOperation.Encrypt:
                return (await desk.EncryptAsync(key, request, ct)).TryGet(out var wrapping, out why) ? Write(json => Wrapped(json, wrapping)) : why;
            default:
                if (!(await desk.DecryptAsync(key, request, ct)).TryGet(out var plaintext, out why))
                {
                    return why;
                }

                var answer = Write(json => json.WriteBase64String("plaintext", plaintext));
                Array.Clear(plaintext);
                return answer;
        }
    }

    private bool TryRoute(string path, out XksOperation operation, out string key)
    {
        (operation, key) = (default, "");
        if (!path.StartsWith(folder.UriPath + "/", StringComparison.Ordinal))
        {
            return false;
        }

        switch (path[(folder.UriPath.Length + 1)..].Split('/'))
        {
            case ["health"]:
                operation = XksOperation.Health;
                return true;
            case ["keys", var name, var word] when KeyDesk.IsName(name):
                key = name;
                operation = word switch { "metadata" => XksOperation.Metadata, "encrypt" => XksOperation.Encrypt, "decrypt" => XksOperation.Decrypt, _ => default };
                return operation != default;
            default:
                return false;
        }
    }

    /// <summary>The request as it stood on the wire.</summary>
    private static SigV4Request Signed(HttpContext context, byte[] body)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?', 2);
        return new SigV4Request
        {
            Method = context.Request.Method,
            Path = target[0],
            Query = target.ElementAtOrDefault(1) ?? "",
            Headers = [.. context.Request.Headers.SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(header.Key, value ?? ""))],
            Body = body,
        };
    }

    private static Answer Refuse(XksError error) => new(error.Status, Write(json => json.WriteString("errorName", error.Name)));

    private void Healthy(Utf8JsonWriter json)
    {
        json.WriteNumber("xksProxyFleetSize", 1);
        json.WriteString("xksProxyVendor", "Rivet");
        json.WriteString("xksProxyModel", $"{Product} {typeof(XksServer).Assembly.GetName().Version?.ToString(3)}");
        json.WriteString("ekmVendor", "PKCS#11");
        json.WriteStartArray("ekmFleetDetails");
        json.WriteStartObject();
        json.WriteString("id", folder.Settings.Token);
        json.WriteString("model", Path.GetFileName(folder.Settings.Library));
        json.WriteString("healthStatus", "ACTIVE");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Describe(Utf8JsonWriter json, BookedKey key)
    {
        json.WriteString("keySpec", "AES_256");
        json.WriteStartArray("keyUsage");
        json.WriteStringValue("ENCRYPT");
        json.WriteStringValue("DECRYPT");
        json.WriteEndArray();
        json.WriteString("keyStatus", key.State is KeyState.Enabled ? "ENABLED" : "DISABLED");
    }

    private static void Wrapped(Utf8JsonWriter json, Wrapping wrapping)
    {
        json.WriteBase64String("ciphertext", wrapping.Ciphertext);
        json.WriteBase64String("ciphertextMetadata", wrapping.Metadata);
        json.WriteBase64String("initializationVector", wrapping.Iv);
        json.WriteBase64String("authenticationTag", wrapping.Tag);
        if (wrapping.Integrity is { } hash)
        {
            json.WriteBase64String("ciphertextDataIntegrityValue", hash);
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        using var stream = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        var bytes = stream.ToArray();
        Array.Clear(stream.GetBuffer());
        return bytes;
    }

    /// <summary>A status, and JSON.</summary>
    private readonly record struct Answer(int Status, byte[] Body);
}
