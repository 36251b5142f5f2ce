using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Browser.Tests;

/// <summary>The link in a real browser: the same code as everywhere, over WebSocket and WebCrypto (docs/protocol/lws.md §2.2).</summary>
[Collection("browser")]
public sealed class LinkTests(Chromium chromium)
{
    [Fact]
    public async Task Browser_WithAnInvitation_JoinsAndSpeaksAndComesBack()
    {
        await using var site = Site.Start();
        await using var setUp = await chromium.OpenAsync(site.Address);
        var invitation = (await site.SetUpAsync(await setUp.PageAsync("/setup"))).Split(' ')[^1];
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await LinkPage.OpenAsync(visit, site.Address);

        // Another key than the server's: it is left before it saw the code, which therefore still works.
        var parts = invitation.Split('/');
        parts[3] = (parts[3][0] == 'A' ? 'B' : 'A') + parts[3][1..];
        Assert.Equal("WrongServerKey", (await page.ConnectAsync(string.Join('/', parts), "Ana Costa")).GetString());

        var joined = await page.ConnectAsync(invitation, "Ana Costa");
        AssertIs("FirstContact", joined);
        await page.EchoAsync(256, 20);
        await page.EchoAsync(200_000, 1);
        AssertIs("Resumption", await page.ConnectAsync(invitation));
        await page.EchoAsync(64, 3);

        // Another day, in a browser without ML-KEM: the keys are those of the device that joined.
        await page.ReloadAsync();
        var back = await page.ConnectAsync(invitation, managedKem: true);
        AssertIs("FirstContact", back);
        Assert.Equal(joined.GetProperty("Device").GetString(), back.GetProperty("Device").GetString());
        await page.EchoAsync(64, 3);
        await AssertUnreadableAsync(page);
        await AssertOneDeviceAsync(page);
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Primitives_EveryVector_IsJudgedAsExpected()
    {
        (string Primitive, string File, int AtLeast)[] files =
        [
            ("aes-gcm", "aes_gcm_test.json", 50), ("ed25519", "ed25519_test.json", 100), ("x25519", "x25519_test.json", 500),
            ("ml-kem", "mlkem_768_test.json", 150), ("ml-kem-encaps", "mlkem_768_encaps_test.json", 250),
        ];
        await using var visit = await chromium.OpenAsync("https://rivet.invalid");
        var page = await LinkPage.OpenAsync(visit, "https://rivet.invalid");
        foreach (var (primitive, file, atLeast) in files)
        {
            var vectors = await File.ReadAllTextAsync(Fixtures.Require(Path.Combine("wycheproof", file)), TestContext.Current.CancellationToken);
            var (right, wrong) = await page.JudgeAsync(primitive, vectors);
            Assert.True(wrong.Length == 0, $"{primitive}: {string.Join(' ', wrong)}");
            Assert.True(right > atLeast, $"{primitive}: only {right}");
        }
    }

    /// <summary>Nobody can see the channel from a page, and both ends know that.</summary>
    private static void AssertIs(string pattern, JsonElement link)
    {
        Assert.True(link.ValueKind == JsonValueKind.Object, link.GetRawText());
        Assert.Equal((pattern, "Unbound", "Unbound"), (Said("Pattern"), Said("Binding"), Said("Welcome")));

        string? Said(string name) => link.GetProperty(name).GetString();
    }

    /// <summary>Tabs that open the device for the first time in the same moment agree on its keys.</summary>
    private static async Task AssertOneDeviceAsync(LinkPage page)
        => Assert.Equal(1, await page.Page.EvaluateAsync<int>(
            """
            async () => {
              const script = await import('./_content/Rivet.Cryptography.WebCrypto/webcrypto.js');
              const opened = () => new Promise(resolve => script.openDevice('at once', device => resolve(script.identityOf(device).raw.join())));
              return new Set(await Promise.all(Array.from({ length: 8 }, opened))).size;
            }
            """));

    /// <summary>What a script on the page can see of the device: keys it may use and cannot read, and nothing anywhere else.</summary>
    private static async Task AssertUnreadableAsync(LinkPage page)
    {
        var seen = await page.Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const asked = request => new Promise(resolve => { request.onsuccess = () => resolve(request.result); });
              const opened = await asked(indexedDB.open('rivet-device'));
              const device = await asked(opened.transaction('keys').objectStore('keys').get('test'));
              const exported = async (key, format) => { try { await crypto.subtle.exportKey(format, key); return 'given'; } catch (error) { return error.name; } };
              const tries = [];
              for (const key of [device.identity.privateKey, device.agreement.privateKey]) {
                for (const format of ['raw', 'pkcs8', 'jwk']) tries.push(await exported(key, format));
              }
              const shape = value => value instanceof CryptoKey ? value.type
                : value instanceof Uint8Array ? value.length
                : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shape(part)]));
              return {
                tries,
                shape: JSON.stringify(shape(device)),
                databases: (await indexedDB.databases()).map(database => database.name),
                elsewhere: localStorage.length + sessionStorage.length + document.cookie.length + (await caches.keys()).length,
              };
            }
            """);
        Assert.Equal(Enumerable.Repeat("InvalidAccessError", 6), Strings("tries"));
        Assert.Equal("""{"identity":{"privateKey":"private","raw":32},"agreement":{"privateKey":"private","raw":32}}""", seen.GetProperty("shape").GetString());
        Assert.Equal(["rivet-device"], Strings("databases"));
        Assert.Equal(0, seen.GetProperty("elsewhere").GetInt32());

        IEnumerable<string?> Strings(string name) => seen.GetProperty(name).EnumerateArray().Select(text => text.GetString());
    }
}
