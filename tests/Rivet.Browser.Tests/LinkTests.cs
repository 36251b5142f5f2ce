using System.Text.Json;
using Microsoft.Playwright;

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
}
