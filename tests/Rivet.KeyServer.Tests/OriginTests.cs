using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Cryptography.Sodium;
using Rivet.MessageKeys;
using Rivet.Testing;

namespace Rivet.KeyServer.Tests;

/// <summary>Which pages in browsers may ask the program for keys, and what tells them that it is the one they were told of.</summary>
public sealed class OriginTests : IAsyncLifetime
{
    private const string Chat = "https://chat.example.com";
    private const string Second = "https://chat.example.org:8443";
    private readonly TempFolder temp = new();
    private readonly Ed25519Key device = Ed25519Key.Create();
    private readonly KeyServerProcess server;
    private HttpClient http = null!;
    private byte[] pin = [];
    private byte[] publicKey = [];

    public OriginTests() => server = new KeyServerProcess(temp, new SoftToken());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.InitAsync(Ct);
        await server.DoAsync(Ct, "message-key", "rotate");
        using var certificate = X509Certificate2.CreateFromPem(server.Certificate);
        (pin, publicKey) = (CertificatePin.Of(certificate), certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    public ValueTask DisposeAsync()
    {
        http?.Dispose();
        device.Dispose();
        server.Dispose();
        temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Preflight_OfANamedOrigin_IsLetAndOfAnyOtherIsNot()
    {
        // The usual port and capitals are read as browsers write an origin.
        await StartAsync("--origin", "https://Chat.Example.com:443/", "--origin", Second);
        foreach (var origin in (string[])[Chat, Second])
        {
            using var let = await PreflightAsync(origin, "POST", KeyServerApi.KeysPath);
            Assert.Equal(HttpStatusCode.NoContent, let.StatusCode);
            Assert.Equal(origin, One(let, "Access-Control-Allow-Origin"));
            Assert.Equal("POST", One(let, "Access-Control-Allow-Methods"));
            Assert.Equal("authorization, content-type", One(let, "Access-Control-Allow-Headers"));
            Assert.Equal("Origin", One(let, "Vary"));
            Assert.Null(One(let, "Access-Control-Allow-Credentials"));
        }

        foreach (var origin in (string[])["http://chat.example.com", "https://chat.example.com:444", "https://chat.example.com.evil.example", "https://evil.example", "null", "*", Chat + "/", "https://CHAT.example.com", $"{Chat}, {Second}"])
        {
            using var refused = await PreflightAsync(origin, "POST", KeyServerApi.KeysPath);
            Assert.False(refused.IsSuccessStatusCode, origin);
            Assert.Null(One(refused, "Access-Control-Allow-Origin"));
        }

        foreach (var (method, path) in ((string, string)[])[("GET", KeyServerApi.KeysPath), ("DELETE", KeyServerApi.KeysPath), ("POST", "/"), ("POST", KeyServerApi.KeysPath + "?x")])
        {
            using var refused = await PreflightAsync(Chat, method, path);
            Assert.False(refused.IsSuccessStatusCode, method + path);
            Assert.Null(One(refused, "Access-Control-Allow-Methods"));
        }
    }

    [Fact]
    public async Task Ask_FromANamedOrigin_IsAnsweredUnderTheCertificatesKeyAndFromAnotherNotAtAll()
    {
        await StartAsync("--origin", Chat);
        Assert.True(EnrolmentLink.TryParse(await server.AdmitAsync("Ana", Ct), out var link));
        var body = new EnrolAsk(link.Code.Reveal(), "browser").ToJson();

        // Another page, even with the code and a signature: no code is spent, and nothing is to be read.
        var (stranger, _) = await AskAsync("https://evil.example", KeyServerApi.EnrolPath, body);
        using (stranger)
        {
            Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
            Assert.Contains(KeyServerRefusals.WrongOrigin, await stranger.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            Assert.Null(One(stranger, "Access-Control-Allow-Origin"));
            Assert.Null(One(stranger, SignedAnswer.Header));
        }

        var (enrolled, ask) = await AskAsync(Chat, KeyServerApi.EnrolPath, body);
        using (enrolled)
        {
            Assert.Equal(HttpStatusCode.OK, enrolled.StatusCode);
            Assert.Equal(Chat, One(enrolled, "Access-Control-Allow-Origin"));
            Assert.Equal(SignedAnswer.Header, One(enrolled, "Access-Control-Expose-Headers"));
            var said = await enrolled.Content.ReadAsByteArrayAsync(Ct);
            Assert.True(IsSigned(enrolled, ask, 200, said));

            // Of another request, status or body it is no signature.
            Assert.False(IsSigned(enrolled, ask with { Nonce = new byte[SignedAsk.NonceSize] }, 200, said));
            Assert.False(IsSigned(enrolled, ask with { Key = new byte[SignedAsk.KeySize] }, 200, said));
            Assert.False(IsSigned(enrolled, ask, 403, said));
            Assert.False(IsSigned(enrolled, ask, 200, [.. said, 0]));
        }

        // A refusal is signed too: nobody between can say no in the company's name.
        await server.DoAsync(Ct, "message-key", "kill");
        var (stopped, second) = await AskAsync(Chat, KeyServerApi.KeysPath, new KeyAsk([]).ToJson());
        using (stopped)
        {
            Assert.Equal(HttpStatusCode.Forbidden, stopped.StatusCode);
            Assert.True(IsSigned(stopped, second, 403, await stopped.Content.ReadAsByteArrayAsync(Ct)));
        }

        // An installed client, which is no page, is asked for no origin.
        await server.DoAsync(Ct, "message-key", "restore");
        var (installed, _) = await AskAsync(null, KeyServerApi.KeysPath, new KeyAsk([]).ToJson());
        using (installed)
        {
            Assert.Equal(HttpStatusCode.OK, installed.StatusCode);
            Assert.Null(One(installed, "Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Pages_WhereNoneWasNamed_AreNotAnswered()
    {
        await StartAsync();
        using var preflight = await PreflightAsync(Chat, "POST", KeyServerApi.KeysPath);
        Assert.False(preflight.IsSuccessStatusCode);
        Assert.Null(One(preflight, "Access-Control-Allow-Origin"));
        var (answer, _) = await AskAsync(Chat, KeyServerApi.KeysPath, new KeyAsk([]).ToJson());
        using (answer)
        {
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public void Origin_ThatIsNone_IsRefused()
    {
        foreach (var text in (string[])["*", "https://*", "https://*.example.com", "http://chat.example.com", "chat.example.com", "https://chat.example.com/chat", "https://a@chat.example.com", "https://chat.example.com/?x", "https://chat.example.com/#x", "null", ""])
        {
            Assert.Throws<KeyServerException>(() => PageOrigins.Read([text]));
        }

        Assert.Throws<KeyServerException>(() => PageOrigins.Read([.. Enumerable.Range(1, 17).Select(number => $"https://chat{number}.example.com")]));
    }

    [Fact]
    public void Answer_ThatIsMalformedOrOfAnotherKey_IsNotTaken()
    {
        var good = new SignedAnswer { Key = publicKey, Signature = new byte[SignedAnswer.SignatureSize] };
        Assert.True(SignedAnswer.TryParse(good.ToHeader(), out var read) && read.IsOf(pin) && !read.IsOf(new byte[32]));
        foreach (var text in (string?[])[null, "", "key=,signature=", good.ToHeader() + ",x", good.ToHeader()[..^2], "signature=AA,key=AA", "key=****,signature=AA", new string('x', 400)])
        {
            Assert.False(SignedAnswer.TryParse(text, out _), text);
        }
    }

    private async Task StartAsync(params string[] options)
    {
        await server.StartForPeopleAsync(Ct, options);
        http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => CertificatePin.Of(shown!).AsSpan().SequenceEqual(pin) })
        {
            BaseAddress = new Uri($"https://localhost:{server.PeoplePort}"),
        };
    }

    private async Task<HttpResponseMessage> PreflightAsync(string origin, string method, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", method);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "authorization,content-type");
        return await http.SendAsync(request, Ct);
    }

    private async Task<(HttpResponseMessage Answer, SignedAsk Ask)> AskAsync(string? origin, string path, byte[] body)
    {
        var ask = new SignedAsk { Key = device.PublicKey, TimeMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Nonce = RandomNumberGenerator.GetBytes(SignedAsk.NonceSize) };
        ask = ask with { Signature = (await device.SignAsync(ask.Text("POST", path, pin, body), Ct))! };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("Authorization", ask.ToHeader());
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        return (await http.SendAsync(request, Ct), ask);
    }

    private bool IsSigned(HttpResponseMessage answer, SignedAsk ask, int status, byte[] body)
    {
        if (!SignedAnswer.TryParse(One(answer, SignedAnswer.Header), out var signed) || !signed.IsOf(pin))
        {
            return false;
        }

        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        return key.VerifyData(SignedAnswer.Text(ask, status, body), signed.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static string? One(HttpResponseMessage answer, string name)
        => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
