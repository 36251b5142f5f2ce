using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Rivet.Cryptography.Pkcs11;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.MessageKeys;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Rivet.KeyServer;

/// <summary>
/// Gives message keys to the devices of the company's own people: whoever signed with an enrolled device's key, once, a moment ago. Apart from the port where
/// Rivet's server asks, which gets nothing here.
/// </summary>
internal sealed class PeopleServer(KeyServerFolder folder, MessageKeyDesk desk, X509Certificate2 certificate, PeopleServerSettings settings, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly byte[] pin = CertificatePin.Of(certificate);
    private readonly byte[] publicKey = certificate.PublicKey.ExportSubjectPublicKeyInfo();

    /// <summary>What signs answers for pages; null for a certificate of another kind.</summary>
    private readonly ECDsa? signer = SignerOf(certificate);
    private readonly Lock signing = new();
    private readonly UseLog log = new(folder.UseLog, time);
    private readonly SeenAsks seen = new(time);

    public static WebApplication Build(KeyServerFolder folder, KeyModule module, PeopleServerSettings settings, X509Certificate2 certificate, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = KeyServerApi.MostAskBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 2_000;
            kestrel.Limits.RequestHeadersTimeout = Patience;
            kestrel.Limits.KeepAliveTimeout = Patience;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1024, TimeSpan.FromSeconds(5));
            kestrel.Listen(settings.Address, settings.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate, SslProtocols = SslProtocols.Tls13 });
            });
        });
        var app = builder.Build();
        var desk = new MessageKeyDesk(folder.MessageKeys, module, time);
        var server = new PeopleServer(folder, desk, certificate, settings, time);
        if (!settings.Origins.IsEmpty && server.signer is null)
        {
            throw new KeyServerException(Words.Of("origin.certificate"));
        }

        app.Run(server.AnswerAsync);
        app.Lifetime.ApplicationStopped.Register(desk.Dispose);
        app.Lifetime.ApplicationStopped.Register(server.Dispose);
        return app;
    }

    public void Dispose() => signer?.Dispose();

    private static ECDsa? SignerOf(X509Certificate2 certificate)
    {
        var key = certificate.GetECDsaPrivateKey();
        if (key?.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == "1.2.840.10045.3.1.7")
        {
            return key;
        }

        key?.Dispose();
        return null;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (settings.Origins.TryAnswerPreflight(context, path))
        {
            return;
        }

        var (status, body) = settings.Origins.Let(context)
            ? await JudgeAsync(context, path, time.GetTimestamp())
            : Refuse(StatusCodes.Status403Forbidden, KeyServerRefusals.WrongOrigin);
        Sign(context, status, body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
        CryptographicOperations.ZeroMemory(body);
    }

    /// <summary>For a page, which sees no certificate: the answer is signed with the certificate's key.</summary>
    private void Sign(HttpContext context, int status, byte[] body)
    {
        if (signer is not null && context.Response.Headers.AccessControlAllowOrigin.Count > 0 && SignedAsk.TryParse(context.Request.Headers.Authorization, out var ask))
        {
            byte[] signature;
            lock (signing)
            {
                signature = signer.SignData(SignedAnswer.Text(ask, status, body), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }

            context.Response.Headers[SignedAnswer.Header] = new SignedAnswer { Key = publicKey, Signature = signature }.ToHeader();
        }
    }

    private async ValueTask<(int Status, byte[] Body)> JudgeAsync(HttpContext context, string path, long begun)
    {
        if (context.Request.Method != HttpMethods.Post || path is not (KeyServerApi.KeysPath or KeyServerApi.EnrolPath))
        {
            return Refuse(StatusCodes.Status404NotFound, KeyServerRefusals.Malformed);
        }

        if (await SecretBody.ReadAsync(context.Request, KeyServerApi.MostAskBytes) is not { } body)
        {
            return Refuse(StatusCodes.Status400BadRequest, KeyServerRefusals.Malformed);
        }

        try
        {
            if (!SignedAsk.TryParse(context.Request.Headers.Authorization, out var ask)
                || !Ed25519Key.Verify(ask.Key.Span, ask.Text(HttpMethods.Post, path, pin, body), ask.Signature.Span))
            {
                return Stranger(context, KeyServerRefusals.Unknown);
            }

            if (seen.Take(ask) is { } why)
            {
                return Stranger(context, why);
            }

            return path == KeyServerApi.EnrolPath ? Enrol(context, ask, body, begun) : await GiveAsync(context, ask, body, begun);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or SqliteException)
        {
            // The log or the book cannot be written or read: no key leaves unrecorded.
            return Refuse(StatusCodes.Status503ServiceUnavailable, KeyServerRefusals.Unavailable);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    private (int Status, byte[] Body) Enrol(HttpContext context, SignedAsk ask, byte[] body, long begun)
    {
        if (EnrolAsk.TryParse(body) is not { } wanted)
        {
            return Refuse(StatusCodes.Status400BadRequest, KeyServerRefusals.Malformed);
        }

        // The answer to the first attempt may have been lost: who is in is told so, and no code is spent.
        var device = folder.People.Find(ask.Key.Span);
        if (device is null && (!InvitationCode.TryParse(wanted.Code, out var code) || folder.People.Enrol(code, ask.Key.Span, wanted.Device) is null))
        {
            return Stranger(context, KeyServerRefusals.WrongCode, StatusCodes.Status403Forbidden);
        }

        device ??= folder.People.Find(ask.Key.Span);
        var isIn = device is { IsRevoked: false };
        log.WriteDevice(device!, "enrol", [], isIn ? "ok" : KeyServerRefusals.Revoked, time.GetElapsedTime(begun));
        return isIn
            ? (StatusCodes.Status200OK, KeyServerApi.Write(json => json.WriteString("person", device!.Person)))
            : Refuse(StatusCodes.Status403Forbidden, KeyServerRefusals.Revoked);
    }

    private async ValueTask<(int Status, byte[] Body)> GiveAsync(HttpContext context, SignedAsk ask, byte[] body, long begun)
    {
        if (folder.People.Find(ask.Key.Span) is not { } device)
        {
            return Stranger(context, KeyServerRefusals.Unknown);
        }

        if (KeyAsk.TryParse(body) is not { } wanted)
        {
            return Refuse(StatusCodes.Status400BadRequest, KeyServerRefusals.Malformed);
        }

        if (device.IsRevoked)
        {
            log.WriteDevice(device, "keys", [], KeyServerRefusals.Revoked, time.GetElapsedTime(begun));
            return Refuse(StatusCodes.Status403Forbidden, KeyServerRefusals.Revoked);
        }

        var given = await desk.GiveAsync(wanted, settings.Lifetime, context.RequestAborted);
        if (!given.TryGet(out var answer, out var why))
        {
            log.WriteDevice(device, "keys", [], why, time.GetElapsedTime(begun));
            return Refuse(why == KeyServerRefusals.Stopped ? StatusCodes.Status403Forbidden : StatusCodes.Status503ServiceUnavailable, why);
        }

        using (answer)
        {
            log.WriteDevice(device, "keys", [.. answer.Keys.Select(key => key.Id.ToString())], "ok", time.GetElapsedTime(begun));
            return folder.People.Find(ask.Key.Span) is { IsRevoked: false }
                ? (StatusCodes.Status200OK, answer.ToJson())
                : Refuse(StatusCodes.Status403Forbidden, KeyServerRefusals.Revoked);
        }
    }

    private (int Status, byte[] Body) Stranger(HttpContext context, string why, int status = StatusCodes.Status401Unauthorized)
    {
        log.WriteStranger(why, context.Connection.RemoteIpAddress?.ToString() ?? "");
        return Refuse(status, why);
    }

    private static (int Status, byte[] Body) Refuse(int status, string why) => (status, KeyServerApi.Write(json => json.WriteString("error", why)));
}

/// <summary>Where devices ask, and what they are told.</summary>
internal sealed record PeopleServerSettings
{
    public required IPAddress Address { get; init; }

    public required int Port { get; init; }

    /// <summary>For how long devices keep keys in memory: as long as a no may take to be heard.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>Which pages in browsers may ask.</summary>
    public required PageOrigins Origins { get; init; }
}
