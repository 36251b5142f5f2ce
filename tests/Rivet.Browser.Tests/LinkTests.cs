using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Browser.Tests;

/// <summary>The link in a real browser: the same code as everywhere, over WebSocket and WebCrypto (docs/protocol/lws.md §2.2).</summary>
[Collection("browser")]
public sealed class LinkTests(Chromium chromium)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Browser_WithAnInvitation_JoinsAndSpeaksAndComesBack(bool managedKem)
    {
        await using var site = Site.Start();
        await using var setUp = await chromium.OpenAsync(site.Address);
        var invitation = (await site.SetUpAsync(await setUp.PageAsync("/setup"))).Split(' ')[^1];
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await LinkPage.OpenAsync(visit, site.Address);

        var joined = await page.JoinAsync(invitation, "Ana Costa", managedKem);
        Assert.True(joined.ValueKind == JsonValueKind.Object, joined.GetRawText());
        Assert.Equal("FirstContact", joined.GetProperty("Pattern").GetString());
        // Nobody can see the channel from a page, and both ends know that.
        Assert.Equal("Unbound", joined.GetProperty("Binding").GetString());
        Assert.Equal("Unbound", joined.GetProperty("Welcome").GetString());

        Assert.Equal(20, (await page.EchoAsync(256, 20)).Length);
        Assert.Single(await page.EchoAsync(200_000, 1));
        var again = await page.SignInAsync(managedKem);
        Assert.Contains(again.GetProperty("Pattern").GetString(), (string[])["Resumption", "KnownServer"]);
        Assert.Equal(joined.GetProperty("Device").GetString(), again.GetProperty("Device").GetString());
        Assert.Equal(3, (await page.EchoAsync(64, 3)).Length);
        visit.AssertQuiet();
    }

    /// <summary>What a script on the page can see of the device: keys it may use and cannot read, and nothing anywhere else.</summary>
    [Fact]
    public async Task DeviceKeys_LookedAtByAScript_CannotBeRead()
    {
        await using var site = Site.Start();
        await using var setUp = await chromium.OpenAsync(site.Address);
        var invitation = (await site.SetUpAsync(await setUp.PageAsync("/setup"))).Split(' ')[^1];
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await LinkPage.OpenAsync(visit, site.Address);
        await page.JoinAsync(invitation, "Ana Costa");

        var seen = await page.Page.EvaluateAsync<JsonElement>(
            """
            async () => {
              const databases = (await indexedDB.databases()).map(database => database.name);
              const opened = await new Promise(resolve => { const asked = indexedDB.open('rivet-device'); asked.onsuccess = () => resolve(asked.result); });
              const device = await new Promise(resolve => { const asked = opened.transaction('keys').objectStore('keys').get('test'); asked.onsuccess = () => resolve(asked.result); });
              const refused = async (key, format) => { try { await crypto.subtle.exportKey(format, key); return 'given'; } catch (error) { return error.name; } };
              const tries = [];
              for (const key of [device.identity.privateKey, device.agreement.privateKey]) {
                for (const format of ['raw', 'pkcs8', 'jwk']) tries.push(await refused(key, format));
                tries.push(String(key.extractable));
              }
              const shape = value => value instanceof CryptoKey ? value.type : value instanceof Uint8Array ? value.length : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shape(part)]));
              return { databases, tries, shape: JSON.stringify(shape(device)), other: localStorage.length + sessionStorage.length + document.cookie.length + (await caches.keys()).length };
            }
            """);
        Assert.Equal(["rivet-device"], seen.GetProperty("databases").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(
            Enumerable.Repeat((string[])["InvalidAccessError", "InvalidAccessError", "InvalidAccessError", "false"], 2).SelectMany(tries => tries),
            seen.GetProperty("tries").EnumerateArray().Select(tried => tried.GetString()));
        Assert.Equal("""{"identity":{"privateKey":"private","raw":32},"agreement":{"privateKey":"private","raw":32}}""", seen.GetProperty("shape").GetString());
        Assert.Equal(0, seen.GetProperty("other").GetInt32());
    }

    [Fact]
    public async Task Server_WithAnotherKeyThanTheInvitations_IsLeftBeforeTheCodeIsShown()
    {
        await using var site = Site.Start();
        await using var setUp = await chromium.OpenAsync(site.Address);
        var invitation = (await site.SetUpAsync(await setUp.PageAsync("/setup"))).Split(' ')[^1];
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await LinkPage.OpenAsync(visit, site.Address);

        var parts = invitation.Split('/');
        parts[3] = (parts[3][0] == 'A' ? 'B' : 'A') + parts[3][1..];
        Assert.Equal("WrongServerKey", (await page.JoinAsync(string.Join('/', parts), "Ana Costa")).GetString());
        // The code was not spent, nor seen: it still works where it belongs.
        Assert.Equal(JsonValueKind.Object, (await page.JoinAsync(invitation, "Ana Costa")).ValueKind);
    }

    [Theory]
    [InlineData("aes-gcm", "aes_gcm_test.json", 50)]
    [InlineData("ed25519", "ed25519_test.json", 100)]
    [InlineData("x25519", "x25519_test.json", 500)]
    [InlineData("ml-kem", "mlkem_768_test.json", 150)]
    [InlineData("ml-kem-encaps", "mlkem_768_encaps_test.json", 250)]
    public async Task Primitive_EveryVector_IsJudgedAsExpected(string primitive, string file, int atLeast)
    {
        var vectors = await File.ReadAllTextAsync(Fixtures.Require(Path.Combine("wycheproof", file)), TestContext.Current.CancellationToken);
        await using var visit = await chromium.OpenAsync("https://rivet.invalid");
        var page = await LinkPage.OpenAsync(visit, "https://rivet.invalid");

        var (right, wrong) = await page.JudgeAsync(primitive, vectors);
        Assert.Empty(wrong);
        Assert.True(right > atLeast, $"only {right} vectors");
    }
}
