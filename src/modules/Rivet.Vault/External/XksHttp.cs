using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Rivet.Cryptography.SigV4;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;

namespace Rivet.Vault.External;

/// <summary>Signed HTTPS with one key service that may lie: no redirects, bounded answers, a budget for the whole of a call, and only to addresses that were judged.</summary>
internal sealed class XksHttp : IDisposable
{
    public const int LongestAnswer = 16 * 1024;
    private const string Service = "kms-xks-proxy";
    private static readonly TimeSpan NamesHold = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(5);
    private readonly HttpClient http;
    private readonly XksEndpoint endpoint;
    private readonly SigV4Credential credential;
    private readonly TimeProvider time;

    /// <summary>Opens nothing yet.</summary>
    public XksHttp(XksEndpoint endpoint, SigV4Credential credential, TimeProvider time)
    {
        (this.endpoint, this.credential, this.time) = (endpoint, credential, time);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            MaxConnectionsPerServer = 32,
            PooledConnectionLifetime = NamesHold,
            ConnectTimeout = LongestConnect,
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = IsTrusted,
            },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Posts a body; gives status and body of the answer, not believed yet.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async ValueTask<Result<XksAnswer, XksRefusal>> PostAsync(string operation, byte[] body, CancellationToken ct)
    {
        using var budget = new CancellationTokenSource(endpoint.Budget, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, budget.Token);
        try
        {
            using var request = Sign(operation, body);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)response.StatusCode;
            return status is >= 300 and < 400 ? XksRefusal.Redirects
                : response.Content.Headers.ContentType?.MediaType is not "application/json" ? XksRefusal.Malformed
                : await ReadAsync(response, either.Token) is { } answer ? new XksAnswer(status, answer)
                : XksRefusal.Malformed;
        }
        catch (HttpRequestException failed)
        {
            return failed.HttpRequestError switch
            {
                HttpRequestError.SecureConnectionError => XksRefusal.Untrusted,
                HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => XksRefusal.Malformed,
                _ => XksRefusal.Unreachable,
            };
        }
        catch (IOException)
        {
            return XksRefusal.Unreachable;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return XksRefusal.TooSlow;
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Nobody's addresses never; this machine only where that is allowed; the company's own networks always.</summary>
    internal static bool MayConnect(IPAddress address, bool allowLoopback)
        => !PeerAddress.IsNobodys(address) && (allowLoopback || !PeerAddress.IsLoopback(address));

    private HttpRequestMessage Sign(string operation, byte[] body)
    {
        var address = new Uri($"{endpoint.Address.AbsoluteUri}/{operation}");
        var host = address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}";
        var signed = SigV4Signer.Sign(
            new SigV4Request { Method = "POST", Path = address.AbsolutePath, Headers = [new("host", host)], Body = body }, credential, endpoint.Region, Service, time.GetUtcNow());
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Host = host;
        request.Headers.Add("X-Amz-Date", signed.Date);
        request.Headers.TryAddWithoutValidation("Authorization", signed.Authorization);
        return request;
    }

    /// <summary>The body; null when it passes the bound, whatever length was announced.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[LongestAnswer + 1];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        var answer = count > LongestAnswer ? null : buffer[..count];
        Array.Clear(buffer);
        return answer;
    }

    /// <summary>To the addresses that were judged, so that a name that changes meanwhile leads nowhere else.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        IPAddress[] found = IPAddress.TryParse(host, out var given) ? [given] : await Dns.GetHostAddressesAsync(host, ct);
        var possible = found.Where(one => MayConnect(one, endpoint.AllowLoopback)).ToArray();
        if (possible.Length == 0)
        {
            throw new IOException($"{host} is no place of a key service.");
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
        => endpoint.Pinned is not { } pinned ? errors == SslPolicyErrors.None : certificate is not null && certificate.GetRawCertData().AsSpan().SequenceEqual(pinned.Span);
}

/// <summary>What a key service said, not believed yet.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">Within its bound; JSON, says its type.</param>
internal sealed record XksAnswer(int Status, byte[] Body);
