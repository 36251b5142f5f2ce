using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Rivet.Witness;

/// <summary>Serves a witness over HTTP: two addresses, both for anybody, since what is signed is all that counts.</summary>
internal static class WitnessServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Builds it; a certificate makes it HTTPS.</summary>
    public static WebApplication Build(WitnessFolder folder, IPAddress address, int port, X509Certificate2? certificate, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = AddCheckpoint.LongestRequest;
            kestrel.Limits.MaxConcurrentConnections = 200;
            kestrel.Limits.RequestHeadersTimeout = Patience;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1024, TimeSpan.FromSeconds(5));
            kestrel.Listen(address, port, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        var app = builder.Build();
        var witness = new Witness(folder, time);
        app.MapPost("/add-checkpoint", async (HttpContext context) =>
        {
            var answer = await ReadAsync(context.Request) is { } body ? await witness.AddAsync(body, context.RequestAborted) : new Answer(413);
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.ContentType;
            await context.Response.WriteAsync(answer.Body, context.RequestAborted);
        });

        // For whoever wants to see that the log shows them the tree that it shows others.
        app.MapGet("/checkpoint", (string origin) => folder.Logs.Find(origin) is { Tree.Note: { Length: > 0 } note }
            ? Results.Text(note, "text/plain; charset=utf-8")
            : Results.NotFound());
        return app;
    }

    /// <summary>The body; null when it is longer than any request.</summary>
    private static async ValueTask<byte[]?> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength > AddCheckpoint.LongestRequest)
        {
            return null;
        }

        using var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException longer) when (longer.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }

        return body.ToArray();
    }
}
