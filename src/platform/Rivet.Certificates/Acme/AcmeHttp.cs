using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Rivet.Kernel;

namespace Rivet.Certificates.Acme;

/// <summary>
/// HTTP with one ACME server that may lie: https only, one origin, no redirects, bounded bodies, bounded waiting and a bounded
/// number of requests.
/// </summary>
internal sealed class AcmeHttp : IDisposable
{
    public const int MaxBody = 64 * 1024;
    public const int MaxRequests = 400;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);
    private readonly HttpClient http;
    private readonly Uri origin;
    private readonly TimeProvider time;
    private int requests;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="directory">Whose origin every address must have.</param>
    /// <param name="roots">What its certificate is judged by; null for the system's.</param>
    /// <param name="time">For the limits.</param>
    public AcmeHttp(Uri directory, X509Certificate2Collection? roots, TimeProvider time)
    {
        origin = directory;
        this.time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 16,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(roots) },
        };
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Rivet", "1"));
        http.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue("en"));
    }

    public Task<Result<AcmeAnswer, CertificateRefusal>> GetAsync(Uri address, CancellationToken ct) => SendAsync(HttpMethod.Get, address, null, "application/json", ct);

    public Task<Result<AcmeAnswer, CertificateRefusal>> HeadAsync(Uri address, CancellationToken ct) => SendAsync(HttpMethod.Head, address, null, "*/*", ct);

    public Task<Result<AcmeAnswer, CertificateRefusal>> PostAsync(Uri address, byte[] body, string accept, CancellationToken ct)
        => SendAsync(HttpMethod.Post, address, body, accept, ct);

    public void Dispose() => http.Dispose();

    private async Task<Result<AcmeAnswer, CertificateRefusal>> SendAsync(HttpMethod method, Uri address, byte[]? body, string accept, CancellationToken ct)
    {
        if (address.Scheme != Uri.UriSchemeHttps || address.Authority != origin.Authority || address.UserInfo.Length > 0)
        {
            return new CertificateRefusal(CertificateRefusal.AcmeElsewhere, PlainText.Of(address.GetLeftPart(UriPartial.Authority)));
        }

        if (++requests > MaxRequests)
        {
            return new CertificateRefusal(CertificateRefusal.AcmeEndless);
        }

        using var limit = new CancellationTokenSource(RequestLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/jose+json") } };
            }

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if ((int)response.StatusCode is >= 300 and < 400)
            {
                return new CertificateRefusal(CertificateRefusal.AcmeElsewhere, PlainText.Of(response.Headers.Location?.OriginalString));
            }

            return await ReadAsync(response, either.Token) is { } bytes
                ? new AcmeAnswer
                {
                    Status = (int)response.StatusCode,
                    MediaType = response.Content.Headers.ContentType?.MediaType ?? "",
                    Body = bytes,
                    Location = response.Headers.Location is { IsAbsoluteUri: true } location ? location : null,
                    Nonce = response.Headers.TryGetValues("Replay-Nonce", out var nonces) ? nonces.First() : null,
                    RetryAfter = RetryAfter(response.Headers.RetryAfter),
                }
                : new CertificateRefusal(CertificateRefusal.AcmeTooLarge, $"{MaxBody / 1024} KiB");
        }
        catch (HttpRequestException failed)
        {
            return new CertificateRefusal(CertificateRefusal.AcmeUnreachable, PlainText.Of(failed.InnerException?.Message ?? failed.Message));
        }
        catch (IOException broken)
        {
            return new CertificateRefusal(CertificateRefusal.AcmeUnreachable, PlainText.Of(broken.Message));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return new CertificateRefusal(CertificateRefusal.AcmeUnreachable, $"{RequestLimit.TotalSeconds:0} s");
        }
    }

    /// <summary>The body; null when it passes the bound, whatever length was announced.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[MaxBody + 1];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return count > MaxBody ? null : buffer[..count];
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
        => header?.Delta ?? (header?.Date is { } date && date > time.GetUtcNow() ? date - time.GetUtcNow() : null);

    private static X509ChainPolicy Trusting(X509Certificate2Collection? roots)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots);
        }

        return policy;
    }
}

/// <summary>One answer, read within its bounds and not believed yet.</summary>
internal sealed record AcmeAnswer
{
    public required int Status { get; init; }

    public required string MediaType { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public Uri? Location { get; init; }

    public string? Nonce { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;
}
