using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rivet.Testing;

namespace Rivet.Vault.Tests.External;

/// <summary>A key service over HTTPS that answers as a test wants: truthfully (with a key of its own), or not.</summary>
internal sealed class LyingService : IAsyncDisposable
{
    private readonly ReceiverCertificate certificate = new();
    private readonly WebApplication app;
    private readonly AesGcm key = new(RandomNumberGenerator.GetBytes(32), 16);
    private int requests;

    private LyingService()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate.Certificate)));
        app = builder.Build();
        app.Run(context =>
        {
            Interlocked.Increment(ref requests);
            return Answer!(context);
        });
    }

    /// <summary>What it does with a request.</summary>
    public required Func<HttpContext, Task> Answer { get; set; }

    public int Requests => Volatile.Read(ref requests);

    public string Pem => certificate.Pem;

    public string Address => $"{app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}/kms/xks/v1";

    public static async Task<LyingService> StartAsync(CancellationToken ct)
    {
        var service = new LyingService { Answer = _ => Task.CompletedTask };
        service.Answer = context => service.TellAsync(context, _ => { });
        await service.app.StartAsync(ct);
        return service;
    }

    public static Task SayAsync(HttpContext context, int status, string body, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    }

    /// <summary>The truth, changed.</summary>
    public async Task TellAsync(HttpContext context, Action<JsonObject> change)
    {
        var asked = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        byte[] Field(string name) => asked.TryGetProperty(name, out var value) ? value.GetBytesFromBase64() : [];
        var (bound, answer) = (Field("additionalAuthenticatedData"), new JsonObject());
        if (context.Request.Path.Value!.EndsWith("/encrypt", StringComparison.Ordinal))
        {
            var (nonce, tag, ciphertext) = (RandomNumberGenerator.GetBytes(12), new byte[16], new byte[Field("plaintext").Length]);
            key.Encrypt(nonce, Field("plaintext"), ciphertext, tag, bound);
            answer["ciphertext"] = Convert.ToBase64String(ciphertext);
            answer["initializationVector"] = Convert.ToBase64String(nonce);
            answer["authenticationTag"] = Convert.ToBase64String(tag);
            answer["ciphertextDataIntegrityValue"] = Convert.ToBase64String(SHA256.HashData([.. bound, .. nonce, .. ciphertext, .. tag]));
        }
        else if (context.Request.Path.Value!.EndsWith("/decrypt", StringComparison.Ordinal))
        {
            var plaintext = new byte[Field("ciphertext").Length];
            key.Decrypt(Field("initializationVector"), Field("ciphertext"), Field("authenticationTag"), plaintext, bound);
            answer["plaintext"] = Convert.ToBase64String(plaintext);
        }
        else
        {
            (answer["keySpec"], answer["keyUsage"], answer["keyStatus"]) = ("AES_256", new JsonArray("ENCRYPT", "DECRYPT"), "ENABLED");
        }

        change(answer);
        await SayAsync(context, 200, answer.ToJsonString());
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
        key.Dispose();
    }
}
