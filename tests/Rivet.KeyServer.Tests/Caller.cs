using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rivet.Cryptography.SigV4;
using Rivet.Testing;

namespace Rivet.KeyServer.Tests;

/// <summary>Asks a running key server, signed or not.</summary>
internal sealed class Caller : IDisposable
{
    private readonly HttpClient http;
    private readonly KeyServerProcess server;

    public Caller(KeyServerProcess server)
    {
        this.server = server;
        var pinned = X509Certificate2.CreateFromPem(server.Certificate);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetRawCertData().AsSpan().SequenceEqual(pinned.RawData) },
        });
    }

    public string Region { get; init; } = KeyServerProcess.Region;

    public string Service { get; init; } = "kms-xks-proxy";

    public TimeSpan Late { get; init; }

    public string? AccessKey { get; init; }

    public string? Secret { get; init; }

    public static JsonObject About => new()
    {
        ["awsPrincipalArn"] = "arn:aws:iam::123456789012:user/Alice", ["kmsKeyArn"] = "arn:aws:kms:us-east-2:123456789012:key/1", ["kmsOperation"] = "Encrypt", ["kmsRequestId"] = "r-1",
    };

    public static JsonObject Encrypt(ReadOnlySpan<byte> plaintext, byte[]? associated = null)
    {
        var body = new JsonObject
        {
            ["requestMetadata"] = About, ["plaintext"] = Convert.ToBase64String(plaintext), ["encryptionAlgorithm"] = "AES_GCM", ["ciphertextDataIntegrityValueAlgorithm"] = "SHA_256",
        };
        return Bind(body, associated);
    }

    public static JsonObject Decrypt(JsonElement made, byte[]? associated = null)
    {
        var body = new JsonObject { ["requestMetadata"] = About, ["encryptionAlgorithm"] = "AES_GCM" };
        foreach (var name in (string[])["ciphertext", "ciphertextMetadata", "initializationVector", "authenticationTag"])
        {
            body[name] = made.GetProperty(name).GetString();
        }

        return Bind(body, associated);
    }

    public Task<(int Status, JsonElement Said)> AskAsync(string operation, JsonObject body, CancellationToken ct) => AskAsync(operation, body.ToJsonString(), ct);

    public async Task<(int Status, JsonElement Said)> AskAsync(string operation, string body, CancellationToken ct)
    {
        using var request = Request(operation, body);
        using var response = await http.SendAsync(request, ct);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct)).RootElement);
    }

    /// <summary>What an error is called; "ok" when it is none. A busy machine may take the module over its 200 ms: it is asked again then, as any client would.</summary>
    public async Task<string> NameAsync(string operation, JsonObject body, CancellationToken ct)
    {
        for (var left = 5; ; left--)
        {
            var (status, said) = await AskAsync(operation, body, ct);
            var name = status == 200 ? "ok" : said.GetProperty("errorName").GetString()!;
            if (name != "DependencyTimeoutException" || left == 0)
            {
                return name;
            }
        }
    }

    public async Task<(int Status, string Said)> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var response = await http.SendAsync(request, ct);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(ct));
    }

    public HttpRequestMessage Request(string operation, string body)
    {
        var address = new Uri($"{server.Address}/{operation}");
        using var credential = new SigV4Credential(AccessKey ?? server.AccessKey, Secret ?? server.Secret);
        var plain = new SigV4Request
        {
            Method = "POST", Path = address.AbsolutePath, Query = address.Query.TrimStart('?'), Headers = [new("host", address.Authority)], Body = Encoding.UTF8.GetBytes(body),
        };
        var signed = SigV4Signer.Sign(plain, credential, Region, Service, DateTimeOffset.UtcNow - Late);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-Amz-Date", signed.Date);
        request.Headers.TryAddWithoutValidation("Authorization", signed.Authorization);
        return request;
    }

    public void Dispose() => http.Dispose();

    private static JsonObject Bind(JsonObject body, byte[]? associated)
    {
        if (associated is not null)
        {
            body["additionalAuthenticatedData"] = Convert.ToBase64String(associated);
        }

        return body;
    }
}
