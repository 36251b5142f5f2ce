using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rivet.Testing;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>A request as it came.</summary>
internal sealed record Received(string Delivery, string Signature, string? ContentType, byte[] Body)
{
    public JsonElement[] Lines => [.. Encoding.UTF8.GetString(Body).TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    public string[] Kinds => [.. Lines.Select(line => line.GetProperty("metadata").GetProperty("event_code").GetString()!)];

    public long[] Sequences => [.. Lines.Select(line => line.GetProperty("metadata").GetProperty("sequence").GetInt64())];

    /// <summary>What a receiver does, by the page on log export alone.</summary>
    public bool IsSignedWith(string secret)
    {
        var parts = Signature.Split(',').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        byte[] message = [.. Encoding.ASCII.GetBytes(parts["t"] + "."), .. Body];
        return long.Parse(parts["t"], CultureInfo.InvariantCulture) > 0
            && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), message), Convert.FromHexString(parts["v1"]));
    }
}

/// <summary>A webhook of somebody's own: Kestrel with a certificate nobody knows.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    public const string Secret = "a secret of sixteen and more";
    private readonly WebApplication application;
    private readonly ReceiverCertificate certificate = new();
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WebhookReceiver(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate.Certificate)));
        application = builder.Build();
        application.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = context.Request.Headers;
            Requests.Enqueue(new(headers["Rivet-Delivery"].ToString(), headers["Rivet-Signature"].ToString(), context.Request.ContentType, body.ToArray()));
            asked.TrySetResult();
            await answer(context, Requests.Count);
        });
    }

    public ConcurrentQueue<Received> Requests { get; } = [];

    /// <summary>The first request is here.</summary>
    public Task Asked => asked.Task;

    public string Fingerprint => certificate.Fingerprint;

    public string Url => application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/in?key=hidden";

    /// <summary>Answers each request by its number, from 1.</summary>
    public static async Task<WebhookReceiver> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var receiver = new WebhookReceiver(answer);
        await receiver.application.StartAsync();
        return receiver;
    }

    public static Task<WebhookReceiver> StartAsync(params int[] statuses) => StartAsync((context, number) =>
    {
        context.Response.StatusCode = number <= statuses.Length ? statuses[number - 1] : 204;
        return Task.CompletedTask;
    });

    public AuditExportForm Form(string name = "hook") => new() { Kind = ExportKind.Webhook, Name = name, Address = Url, Certificate = Fingerprint, Secret = Secret };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
        certificate.Dispose();
    }
}
