using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;

namespace Rivet.Audit.Witnessing;

/// <summary>HTTP with one witness that may lie: no redirects, bounded bodies, ten seconds, and only to addresses that were judged.</summary>
internal sealed class WitnessHttp : IDisposable
{
    public const int LongestAnswer = 16 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NamesHold = TimeSpan.FromMinutes(5);
    private readonly HttpClient http;
    private readonly X509Certificate2? pinned;
    private readonly Uri address;
    private readonly TimeProvider time;

    /// <summary>Opens nothing yet.</summary>
    public WitnessHttp(Uri url, string? certificate, TimeProvider time)
    {
        (address, this.time) = (new Uri(url.AbsoluteUri.TrimEnd('/') + "/add-checkpoint"), time);
        pinned = certificate is null ? null : X509Certificate2.CreateFromPem(certificate);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = NamesHold,
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = IsTrusted },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Rivet", "1"));
    }

    public async ValueTask<Result<WitnessAnswer, AuditWitnessFailure>> SendAsync(byte[] body, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (int)response.StatusCode is >= 300 and < 400 ? AuditWitnessFailure.Redirects
                : await ReadAsync(response, either.Token) is { } answer ? new WitnessAnswer((int)response.StatusCode, answer)
                : AuditWitnessFailure.TooLong;
        }
        catch (HttpRequestException failed)
        {
            return failed.HttpRequestError is HttpRequestError.SecureConnectionError ? AuditWitnessFailure.Untrusted : AuditWitnessFailure.Unreachable;
        }
        catch (IOException)
        {
            return AuditWitnessFailure.Unreachable;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return AuditWitnessFailure.TooSlow;
        }
    }

    public void Dispose()
    {
        http.Dispose();
        pinned?.Dispose();
    }

    /// <summary>The body; null when it passes the bound, whatever length was announced.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[LongestAnswer + 1];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return count > LongestAnswer ? null : buffer[..count];
    }

    /// <summary>A witness may be inside the company's own network too; in clear only on this machine.</summary>
    internal static bool MayConnect(IPAddress address, bool isClear) => isClear ? PeerAddress.IsLoopback(address) : !PeerAddress.IsNobodys(address);

    /// <summary>To the addresses that were judged, so that a name that changes meanwhile leads nowhere else.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        IPAddress[] found = IPAddress.TryParse(host, out var given) ? [given] : await Dns.GetHostAddressesAsync(host, ct);
        var possible = found.Where(one => MayConnect(one, isClear: address.Scheme == Uri.UriSchemeHttp)).ToArray();
        if (possible.Length == 0)
        {
            throw new IOException($"{host} is no place of a witness.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(possible, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        => pinned is null ? errors == SslPolicyErrors.None : certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(pinned.RawDataMemory.Span);
}

/// <summary>What a witness said, not believed yet.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">Within its bound.</param>
internal sealed record WitnessAnswer(int Status, ReadOnlyMemory<byte> Body);
