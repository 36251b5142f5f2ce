using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;

namespace Rivet.Verify;

/// <summary>
/// A server that keeps a log, as hostile as any: only HTTPS (HTTP on this very machine), no redirects, and each answer has a longest length
/// and a longest time.
/// </summary>
internal sealed class LogServer : IDisposable
{
    private const int LongestToken = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private readonly HttpClient http;
    private readonly Uri address;

    private LogServer(Uri address, HttpClient http) => (this.address, this.http) = (address, http);

    /// <summary>The last part of the log's origin.</summary>
    public string Log => address.Segments[^1].TrimEnd('/');

    /// <exception cref="VerifyException">The address, the token or the certificate is none.</exception>
    public static LogServer Open(string url, string? tokenFile, string? certificateFile)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0 || address.Segments.Length < 2)
        {
            throw new VerifyException(Words.Of("url.wrong", url));
        }

        var token = tokenFile is null ? null : ReadToken(tokenFile);
        var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(20),
            SslOptions = ServerTrust.Of(certificateFile),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return new LogServer(address, http);
    }

    /// <summary>Gets a file of at most so many bytes; null when the server does not have it.</summary>
    /// <exception cref="VerifyException">It did not come whole; the message says what to do.</exception>
    public async Task<byte[]?> FindAsync(string name, int longest, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var answer = await http.GetAsync(new Uri(address, name), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => await ReadAsync(answer, name, longest, limit.Token),
                HttpStatusCode.NotFound => null,
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new VerifyException(Words.Of("fetch.forbidden", name)),
                >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => throw new VerifyException(Words.Of("fetch.redirect", name)),
                var status => throw new VerifyException(Words.Of("fetch.status", name, (int)status)),
            };
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException reason)
        {
            throw new VerifyException(Words.Of("fetch.tls", Plain(reason.Message)));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new VerifyException(Words.Of("fetch.broken", name, Plain(exception.Message)));
        }
    }

    public void Dispose() => http.Dispose();

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, string name, int longest, CancellationToken ct)
    {
        if (answer.Content.Headers.ContentLength > longest)
        {
            throw new VerifyException(Words.Of("fetch.body", name));
        }

        await using var from = await answer.Content.ReadAsStreamAsync(ct);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, ct) is > 0 and var read)
        {
            if (body.Length + read > longest)
            {
                throw new VerifyException(Words.Of("fetch.body", name));
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>A message may quote what the server sent, and a terminal obeys some characters.</summary>
    private static string Plain(string message) => string.Concat(message.Select(character => char.IsControl(character) ? '?' : character));

    private static string ReadToken(string file)
    {
        var reading = new MirrorFolder(Environment.CurrentDirectory).Read(file, LongestToken);
        var token = Encoding.UTF8.GetString(reading.Bytes ?? []).Trim();
        return token.Length > 0 && token.All(character => character is > ' ' and < '\x7f') ? token : throw new VerifyException(Words.Of("token.wrong", file));
    }
}
