using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using Rivet.Client.Home;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.MessageKeys;

namespace Rivet.Client.Sealing;

/// <summary>Asks the company's key server, signed by the device. It goes past the Rivet server, which never sees an answer.</summary>
internal sealed class KeyServerLine : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HttpClient http;
    private readonly ISigner identity;
    private readonly ReadOnlyMemory<byte> pin;
    private readonly TimeProvider time;

    public KeyServerLine(KeyServerRecord server, ISigner identity, SealingParts parts, TimeProvider time)
    {
        (this.identity, this.time, pin) = (identity, time, server.Pin.Memory);
        http = new HttpClient(parts.Handler(pin))
        {
            BaseAddress = new UriBuilder(Uri.UriSchemeHttps, server.Host, (int)server.Port).Uri,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = KeyServerApi.MostAnswerBytes,
        };
    }

    /// <summary>Enrols this device; gives whom the server calls its owner.</summary>
    public async Task<Result<string, ClientRefusal>> EnrolAsync(string code, string device, CancellationToken ct)
    {
        var answer = await AskAsync(KeyServerApi.EnrolPath, new EnrolAsk(code, device).ToJson(), ct);
        if (!answer.TryGet(out var body, out var why))
        {
            return why.Refusal;
        }

        using var document = KeyServerApi.Read(body);
        return document is not null && document.RootElement.TryGetProperty("person", out var person) && person.ValueKind is System.Text.Json.JsonValueKind.String
            ? person.GetString()!
            : new KeyLineRefusal(KeyServerState.Malformed, "").Refusal;
    }

    /// <summary>The keys of these names and the one that seals; the caller owns them.</summary>
    public async Task<Result<KeyAnswer, KeyServerState>> KeysAsync(IReadOnlyList<MessageKeyId> wanted, CancellationToken ct)
    {
        if (!(await AskAsync(KeyServerApi.KeysPath, new KeyAsk(wanted).ToJson(), ct)).TryGet(out var body, out var why))
        {
            return why.State;
        }

        try
        {
            return KeyAnswer.TryParse(body) is { } answer ? answer : KeyServerState.Malformed;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<Result<byte[], KeyLineRefusal>> AskAsync(string path, byte[] body, CancellationToken ct)
    {
        var ask = new SignedAsk { Key = identity.PublicKey, TimeMs = time.GetUtcNow().ToUnixTimeMilliseconds(), Nonce = RandomNumberGenerator.GetBytes(SignedAsk.NonceSize) };
        if (await identity.SignAsync(ask.Text("POST", path, pin.Span, body), ct) is not { } signature)
        {
            return new KeyLineRefusal(KeyServerState.Unreachable, ClientRefusal.KeyUnavailable);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Authorization", (ask with { Signature = signature }).ToHeader());
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            var answer = await response.Content.ReadAsByteArrayAsync(either.Token);
            return response.StatusCode is HttpStatusCode.OK ? answer : Meaning(answer);
        }
        catch (HttpRequestException failed)
        {
            // Another certificate; where none is seen, an answer that the pinned key did not sign.
            var isOther = failed.InnerException is AuthenticationException || failed is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: null };
            return new KeyLineRefusal(isOther ? KeyServerState.WrongServer : KeyServerState.Unreachable, "");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new KeyLineRefusal(KeyServerState.Unreachable, "");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(body);
        }
    }

    private static KeyLineRefusal Meaning(byte[] answer)
    {
        using var document = KeyServerApi.Read(answer);
        var word = document is not null && document.RootElement.TryGetProperty("error", out var error) && error.ValueKind is System.Text.Json.JsonValueKind.String ? error.GetString() : null;
        return word switch
        {
            KeyServerRefusals.Stopped => new(KeyServerState.Stopped, ""),
            KeyServerRefusals.Revoked => new(KeyServerState.Revoked, ""),
            KeyServerRefusals.Unavailable => new(KeyServerState.Unavailable, ""),
            KeyServerRefusals.WrongCode => new(KeyServerState.NotBelieved, ClientRefusal.WrongKeyCode),
            KeyServerRefusals.Unknown or KeyServerRefusals.WrongTime or KeyServerRefusals.Repeated => new(KeyServerState.NotBelieved, ""),
            _ => new(KeyServerState.Malformed, ""),
        };
    }
}

/// <summary>Why the key server gave nothing.</summary>
internal readonly record struct KeyLineRefusal(KeyServerState State, string Reason)
{
    public ClientRefusal Refusal => new(Reason.Length > 0 ? Reason : ClientRefusal.OfKeyServer(State));
}
