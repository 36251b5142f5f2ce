using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>Every page in both appearances, both languages, with the keyboard, and on a phone.</summary>
[Collection("browser")]
public sealed class LookTests(Chromium chromium)
{
    private static readonly string[] Doors = ["/setup", "/signin", "/nowhere"];
    private static readonly string[] Consoles = ["/people", "/status", "/settings/company", "/settings/mail", "/settings/keys", "/settings/transit", "/welcome"];

    [Theory]
    [InlineData(ColorScheme.Light, "en-GB", 1280)]
    [InlineData(ColorScheme.Dark, "zh-CN", 1280)]
    [InlineData(ColorScheme.Dark, "en-GB", 390)]
    [InlineData(ColorScheme.Light, "zh-CN", 390)]
    public async Task Pages_EveryLook_AreAccessibleQuietAndFit(ColorScheme scheme, string locale, int width)
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address, options =>
        {
            (options.ColorScheme, options.Locale) = (scheme, locale);
            options.ViewportSize = new ViewportSize { Width = width, Height = 844 };
        });
        var page = await visit.PageAsync("/setup");
        await CheckAsync(page);
        await site.SetUpAsync(page);
        await CheckAsync(page);
        foreach (var path in Consoles)
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("[aria-busy=false]")).ToBeVisibleAsync();
            await CheckAsync(page);
        }

        await page.GotoAsync("/people");
        await page.ClickAsync(".rv-title .primary");
        await Expect(page.Locator("#invite-name")).ToBeVisibleAsync();
        await CheckAsync(page);
        Assert.StartsWith(locale[..2], await page.Locator("html").GetAttributeAsync("lang"), StringComparison.Ordinal);
        await page.GotoAsync("/signin");
        await CheckAsync(page);
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Language_Switched_StaysSwitched()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address, options => options.Locale = "zh-TW");
        var page = await visit.PageAsync("/setup");
        await Expect(page.Locator("h1")).ToHaveTextAsync("设置 Rivet");
        await page.ClickAsync("summary");
        await page.ClickAsync("a[hreflang=en]");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Set up Rivet");
        await page.ReloadAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Set up Rivet");
    }

    [Fact]
    public async Task Appearance_Switched_ChangesAtOnceAndStays()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await Expect(page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(251, 251, 250)");
        await page.ClickAsync("summary");
        await page.ClickAsync("[data-theme-set=dark]");
        await Expect(page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(22, 24, 27)");
        await page.ReloadAsync();
        await Expect(page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(22, 24, 27)");
    }

    [Fact]
    public async Task Keyboard_Alone_SetsUpInvitesAndFindsItsWay()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await Expect(page.Locator("#code")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(site.Code);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(Site.CompanyName);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("Ana Costa");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Copper & Ginkgo is set up");

        await page.GotoAsync("/status");
        await Expect(page.Locator("[aria-busy=false]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("p");
        await Expect(page.Locator("h1")).ToHaveTextAsync("People");
        await Expect(page.Locator("[aria-busy=false]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("i");
        await Expect(page.Locator("#invite-name")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#invite-name")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("#rv-keys")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("stat");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex("/status$"));
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Pages_Headers_AdmitNoScriptWithoutNonce()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        foreach (var path in Doors)
        {
            var headers = (await visit.Context.APIRequest.GetAsync(path)).Headers;
            var policy = headers["content-security-policy"];
            Assert.Matches("script-src 'nonce-[^']+' 'strict-dynamic'|script-src 'strict-dynamic' 'nonce-[^']+'", policy);
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", headers["x-content-type-options"]);
        }
    }

    [Fact]
    public async Task Preferences_ReturnToAnotherSite_LeadHome()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        foreach (var elsewhere in new[] { "https://example.org/", "//example.org/", "/\\example.org" })
        {
            var answer = await visit.Context.APIRequest.GetAsync(
                $"/preferences/language/en?return={Uri.EscapeDataString(elsewhere)}", new APIRequestContextOptions { MaxRedirects = 0 });
            Assert.Equal("/", answer.Headers["location"]);
        }
    }

    private static async Task CheckAsync(IPage page)
    {
        var found = await page.RunAxe();
        Assert.True(found.Violations.Length == 0, $"{page.Url}: " + string.Join("; ", found.Violations.Select(
            violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => $"{node.Html} {string.Join(',', node.Any.Select(any => any.Message))}"))}")));
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"{page.Url} is wider than its window");
    }
}
