using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.MessageKeys;
using Rivet.Testing;

namespace Rivet.KeyServer.Tests;

/// <summary>Message keys for people's devices, from the program as a company runs it.</summary>
public sealed class PeopleTests : IAsyncLifetime
{
    private readonly TempFolder temp = new();
    private readonly SoftToken token = new();
    private readonly Ed25519Key device = Ed25519Key.Create();
    private readonly KeyServerProcess server;
    private HttpClient http = null!;
    private byte[] pin = [];

    public PeopleTests() => server = new KeyServerProcess(temp, token);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.InitAsync(Ct);
        await server.DoAsync(Ct, "message-key", "rotate");
        await server.StartForPeopleAsync(Ct, "--key-minutes", "5");
        using var certificate = X509Certificate2.CreateFromPem(server.Certificate);
        pin = CertificatePin.Of(certificate);
        http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => CertificatePin.Of(shown!).AsSpan().SequenceEqual(pin) })
        {
            BaseAddress = new Uri($"https://localhost:{server.PeoplePort}"),
        };
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
    public async Task Keys_ForAnEnrolledDevice_AreGivenAndLieNowhereInClear()
    {
        await EnrolAsync();
        using var answer = await KeysAsync();
        var key = Assert.Single(answer.Keys);
        Assert.Equal((key.Id, 1U, TimeSpan.FromMinutes(5)), (answer.Current!.Value, key.Epoch, answer.Lifetime));
        var secret = key.Secret.ToArray();
        Assert.False(IsInFolder(secret) || IsInFolder(Encoding.ASCII.GetBytes(Convert.ToBase64String(secret))));

        Assert.Contains($"\"keys\":[\"{key.Id}\"],\"result\":\"ok\"", await File.ReadAllTextAsync(server.UseLog, Ct), StringComparison.Ordinal);

        // A second key seals; the first still opens. Destroyed, its wrapped bytes are gone from the folder too.
        await server.DoAsync(Ct, "message-key", "rotate");
        using var second = await KeysAsync(key.Id);
        Assert.Equal([1U, 2U], second.Keys.Select(one => one.Epoch).Order());
        Assert.Equal(second.Keys.Single(one => one.Epoch == 2).Id, second.Current);
        var wrapped = Wrapped(key.Id);
        Assert.True(IsInFolder(wrapped));
        await server.DoAsync(Ct, "message-key", "destroy", key.Id.ToString());
        Assert.False(IsInFolder(wrapped));
        using var third = await KeysAsync(key.Id, new MessageKeyId(Guid.NewGuid()));
        Assert.Equal((1, 1, 2U), (third.Destroyed.Count, third.Missing.Count, third.Keys.Single().Epoch));
        Assert.Equal(1, (await server.RunAsync(Ct, "message-key", "destroy", key.Id.ToString())).ExitCode);
    }

    [Fact]
    public async Task Requests_ThatAreNotWholeFreshAndSignedForThisServer_AreRefused()
    {
        await EnrolAsync();
        var body = new KeyAsk([]).ToJson();
        var good = await SignAsync(device, KeyServerApi.KeysPath, body);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(good, KeyServerApi.KeysPath, body)).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Repeated), await SendAsync(good, KeyServerApi.KeysPath, body));
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Unknown), await SendAsync(null, KeyServerApi.KeysPath, body));
        var other = new KeyAsk([new MessageKeyId(Guid.NewGuid())]).ToJson();
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Unknown), await SendAsync(await SignAsync(device, KeyServerApi.KeysPath, body), KeyServerApi.KeysPath, other));
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Unknown), await SendAsync(await SignAsync(device, KeyServerApi.EnrolPath, body), KeyServerApi.KeysPath, body));
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Unknown), await SendAsync(await SignAsync(device, KeyServerApi.KeysPath, body, pinOf: new byte[32]), KeyServerApi.KeysPath, body));
        foreach (var minutes in (int[])[-3, 3])
        {
            Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.WrongTime), await SendAsync(await SignAsync(device, KeyServerApi.KeysPath, body, minutes: minutes), KeyServerApi.KeysPath, body));
        }

        using var stranger = Ed25519Key.Create();
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Unknown), await SendAsync(await SignAsync(stranger, KeyServerApi.KeysPath, body), KeyServerApi.KeysPath, body));
        var forged = good with { Key = stranger.PublicKey, Nonce = RandomNumberGenerator.GetBytes(16) };
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Unknown), await SendAsync(forged, KeyServerApi.KeysPath, body));
        foreach (var malformed in (string[])["", "[]", "{}", "{\"wanted\":[1]}", "{\"wanted\":[\"x\"]}", "{\"wanted\":[" + string.Join(',', Enumerable.Repeat($"\"{Guid.NewGuid():N}\"", 65)) + "]}"])
        {
            var bytes = Encoding.UTF8.GetBytes(malformed);
            Assert.Equal((HttpStatusCode.BadRequest, KeyServerRefusals.Malformed), await SendAsync(await SignAsync(device, KeyServerApi.KeysPath, bytes), KeyServerApi.KeysPath, bytes));
        }
    }

    [Fact]
    public async Task Enrolment_ByAUsedOrWrongCodeOrAfterRevocation_LetsNobodyIn()
    {
        var code = await EnrolAsync();
        using var second = Ed25519Key.Create();
        Assert.Equal((HttpStatusCode.Forbidden, KeyServerRefusals.WrongCode), await AskAsync(second, KeyServerApi.EnrolPath, new EnrolAsk(code, "phone").ToJson()));
        Assert.Equal((HttpStatusCode.Forbidden, KeyServerRefusals.WrongCode), await AskAsync(second, KeyServerApi.EnrolPath, new EnrolAsk(InvitationCode.Create().Reveal(), "phone").ToJson()));
        Assert.Equal((HttpStatusCode.Unauthorized, KeyServerRefusals.Unknown), await AskAsync(second, KeyServerApi.KeysPath, new KeyAsk([]).ToJson()));

        // An answer that was lost: the same device asks again, and is in.
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(device, KeyServerApi.EnrolPath, new EnrolAsk(code, "desk").ToJson())).Status);

        var open = await CodeAsync();
        await server.DoAsync(Ct, "people", "revoke", "Ana");
        Assert.Equal((HttpStatusCode.Forbidden, KeyServerRefusals.Revoked), await AskAsync(device, KeyServerApi.KeysPath, new KeyAsk([]).ToJson()));
        Assert.Equal((HttpStatusCode.Forbidden, KeyServerRefusals.WrongCode), await AskAsync(second, KeyServerApi.EnrolPath, new EnrolAsk(open, "phone").ToJson()));

        // Let in again with another device; the revoked one stays out, whatever code it has.
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(second, KeyServerApi.EnrolPath, new EnrolAsk(await CodeAsync(), "phone").ToJson())).Status);
        Assert.Equal((HttpStatusCode.Forbidden, KeyServerRefusals.Revoked), await AskAsync(device, KeyServerApi.EnrolPath, new EnrolAsk(await CodeAsync(), "desk").ToJson()));
        var number = Convert.ToHexStringLower(second.PublicKey.Span[..8]);
        Assert.Contains(number, await server.DoAsync(Ct, "people", "list"), StringComparison.Ordinal);
        await server.DoAsync(Ct, "people", "revoke-device", number);
        Assert.Equal((HttpStatusCode.Forbidden, KeyServerRefusals.Revoked), await AskAsync(second, KeyServerApi.KeysPath, new KeyAsk([]).ToJson()));
    }

    [Fact]
    public async Task Switch_AndAModuleThatIsGone_GiveNothingUntilTheyAreBack()
    {
        await EnrolAsync();
        foreach (var (stop, start) in (((string[], string[])[])[(["kill"], ["restore"]), (["message-key", "kill"], ["message-key", "restore"])]))
        {
            await server.DoAsync(Ct, stop);
            Assert.Equal((HttpStatusCode.Forbidden, KeyServerRefusals.Stopped), await AskAsync(device, KeyServerApi.KeysPath, new KeyAsk([]).ToJson()));
            await server.DoAsync(Ct, start);
            (await KeysAsync()).Dispose();
        }

        token.Remove();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, KeyServerRefusals.Unavailable), await AskAsync(device, KeyServerApi.KeysPath, new KeyAsk([]).ToJson()));
        token.PutBack();
        while ((await AskAsync(device, KeyServerApi.KeysPath, new KeyAsk([]).ToJson())).Status is not HttpStatusCode.OK)
        {
            Ct.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task Code_PastItsHours_LetsNobodyIn()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        using var file = new BookFile(temp["book.db"], time);
        var book = new PeopleBook(file);
        var code = book.Admit("Ana", TimeSpan.FromHours(2));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Null(book.Enrol(code, device.PublicKey.Span, "desk"));
        code = book.Admit("Ana", TimeSpan.FromHours(2));
        time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(1));
        Assert.Equal("Ana", book.Enrol(code, device.PublicKey.Span, "desk"));
        Assert.Equal(-1, (await File.ReadAllBytesAsync(temp["book.db"], Ct)).AsSpan().IndexOf(code.Bytes));
    }

    private byte[] Wrapped(MessageKeyId id)
    {
        using var file = new BookFile(Path.Combine(server.Folder, "keyserver.db"), TimeProvider.System);
        return new MessageKeyBook(file).Find(id)!.Wrapped;
    }

    private bool IsInFolder(byte[] bytes) => Directory.EnumerateFiles(server.Folder).Any(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray().AsSpan().IndexOf(bytes) >= 0;
    });

    private async Task<string> CodeAsync()
        => EnrolmentLink.TryParse(await server.AdmitAsync("Ana", Ct), out var link) && link.Pin.Span.SequenceEqual(pin) ? link.Code.Reveal() : throw new InvalidOperationException();

    private async Task<string> EnrolAsync()
    {
        var code = await CodeAsync();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(device, KeyServerApi.EnrolPath, new EnrolAsk(code, "desk").ToJson())).Status);
        return code;
    }

    private async Task<KeyAnswer> KeysAsync(params MessageKeyId[] wanted)
    {
        var body = new KeyAsk(wanted).ToJson();
        using var response = await PostAsync(await SignAsync(device, KeyServerApi.KeysPath, body), KeyServerApi.KeysPath, body);
        return KeyAnswer.TryParse(await response.Content.ReadAsByteArrayAsync(Ct)) ?? throw new InvalidOperationException($"{response.StatusCode}");
    }

    private async Task<(HttpStatusCode Status, string Word)> AskAsync(Ed25519Key key, string path, byte[] body) => await SendAsync(await SignAsync(key, path, body), path, body);

    private async Task<SignedAsk> SignAsync(Ed25519Key key, string path, byte[] body, byte[]? pinOf = null, int minutes = 0)
    {
        var ask = new SignedAsk { Key = key.PublicKey, TimeMs = TimeProvider.System.GetUtcNow().AddMinutes(minutes).ToUnixTimeMilliseconds(), Nonce = RandomNumberGenerator.GetBytes(SignedAsk.NonceSize) };
        return ask with { Signature = (await key.SignAsync(ask.Text("POST", path, pinOf ?? pin, body), Ct))! };
    }

    private async Task<(HttpStatusCode Status, string Word)> SendAsync(SignedAsk? ask, string path, byte[] body)
    {
        using var response = await PostAsync(ask, path, body);
        using var said = KeyServerApi.Read(await response.Content.ReadAsByteArrayAsync(Ct));
        return (response.StatusCode, said is not null && said.RootElement.TryGetProperty("error", out var error) ? error.GetString()! : "");
    }

    private async Task<HttpResponseMessage> PostAsync(SignedAsk? ask, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (ask is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", ask.ToHeader());
        }

        return await http.SendAsync(request, Ct);
    }
}
