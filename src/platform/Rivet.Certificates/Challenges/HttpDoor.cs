using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Rivet.Certificates.Challenges;

/// <summary>HTTP-01 (RFC 8555 §8.3): a plain port that knows the tokens of this order and nothing else, and is shut behind it.</summary>
internal sealed class HttpDoor(IPAddress address, int port) : ChallengeDoor
{
    private const string Prefix = "/.well-known/acme-challenge/";
    private readonly ConcurrentDictionary<string, string> answers = new(StringComparer.Ordinal);
    private WebApplication? listener;

    public override string Type => "http-01";

    public override async ValueTask<CertificateRefusal?> ShowAsync(string name, string token, string authorization, CancellationToken ct)
    {
        answers[token] = authorization;
        if (listener is not null)
        {
            return null;
        }

        // An empty builder reads no settings: nothing else on the machine may open a further port.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Rivet.Certificates" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var opened = builder.Build();
        opened.Run(AnswerAsync);
        try
        {
            await opened.StartAsync(ct);
        }
        catch (Exception failed) when (failed is IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            await opened.DisposeAsync();
            return new CertificateRefusal(CertificateRefusal.PortTaken, PlainText.Of($"{port}: {failed.Message}"));
        }

        listener = opened;
        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        answers.Clear();
        if (listener is { } open)
        {
            listener = null;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await open.StopAsync(limit.Token); // whoever still reads then is cut off
            await open.DisposeAsync();
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (!HttpMethods.IsGet(context.Request.Method) || !path.StartsWith(Prefix, StringComparison.Ordinal)
            || !answers.TryGetValue(path[Prefix.Length..], out var answer))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = "application/octet-stream";
        return context.Response.WriteAsync(answer, context.RequestAborted);
    }
}
