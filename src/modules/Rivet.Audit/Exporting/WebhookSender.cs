using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Rivet.Audit.Exporting;

/// <summary>Brings a batch to a webhook: one signed POST of JSON Lines. A status of 200 to 299 means that it is taken; what else is said is not read.</summary>
internal static class WebhookSender
{
    public const string Delivery = "Rivet-Delivery";
    public const string Signature = "Rivet-Signature";
    private const string JsonLines = "application/x-ndjson";

    public static async Task<ExportOutcome> SendAsync(ExportRoute route, ExportSettings settings, ExportBatch batch, TimeProvider time, CancellationToken ct)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, withdrawn) => await route.OpenAsync(withdrawn),
            SslOptions = route.Tls(),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
            ActivityHeadersPropagator = null,
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = Request(route, settings, batch, time.GetUtcNow());
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        return OutcomeOf(response, time.GetUtcNow());
    }

    private static HttpRequestMessage Request(ExportRoute route, ExportSettings settings, ExportBatch batch, DateTimeOffset now)
    {
        var body = Body(batch);
        var request = new HttpRequestMessage(HttpMethod.Post, settings.Url) { Content = new BatchContent(body, route) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(JsonLines);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Rivet", null));
        request.Headers.Add(Delivery, batch.DeliveryId());
        request.Headers.Add(Signature, Sign(settings.Secret!, now.ToUnixTimeSeconds(), body));
        return request;
    }

    /// <summary>HMAC-SHA256 over the time in decimal seconds, a dot, and the body.</summary>
    private static string Sign(ExportSecret secret, long seconds, byte[] body)
    {
        var key = secret.Reveal();
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        CryptographicOperations.ZeroMemory(key);
        var at = seconds.ToString(CultureInfo.InvariantCulture);
        mac.AppendData(Encoding.ASCII.GetBytes(at + "."));
        mac.AppendData(body);
        return $"t={at},v1={Convert.ToHexStringLower(mac.GetHashAndReset())}";
    }

    private static byte[] Body(ExportBatch batch)
    {
        var body = new byte[batch.Lines.Sum(line => line.Json.Length + 1)];
        var at = 0;
        foreach (var line in batch.Lines)
        {
            line.Json.Span.CopyTo(body.AsSpan(at));
            at += line.Json.Length;
            body[at++] = (byte)'\n';
        }

        return body;
    }

    private static ExportOutcome OutcomeOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        return status switch
        {
            >= 200 and < 300 => ExportOutcome.Sent,
            >= 300 and < 400 => new(ExportStep.Redirected, status),
            429 or 503 => new(ExportStep.Busy, status, response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - now,
                _ => TimeSpan.Zero,
            }),
            _ => new(ExportStep.Refused, status),
        };
    }

    /// <summary>The body, which says when it is out: from then on it is the receiver who does not answer.</summary>
    private sealed class BatchContent(byte[] body, ExportRoute route) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(body, cancellationToken);
            route.At = ExportStep.Confirm;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
