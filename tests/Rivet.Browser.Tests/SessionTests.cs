using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>A page lives as long as its session, not longer.</summary>
[Collection("browser")]
public sealed class SessionTests(Chromium chromium)
{
    [Fact]
    public async Task Page_DeviceThatOpenedItSignedOut_IsThrownOut()
    {
        await using var site = Site.Start();
        await using var setUp = await chromium.OpenAsync(site.Address);
        var command = await site.SetUpAsync(await setUp.PageAsync("/setup"));
        var desk = await site.JoinAsync(command, "Ana Costa", "Ana's desk");

        await using var visit = await chromium.OpenAsync(site.Address);
        var address = await desk.OpenPageAsync();
        var page = await visit.PageAsync(address);
        await Expect(page).ToHaveURLAsync(new Regex("/status$"));
        await Expect(page.Locator("[aria-busy=false]")).ToBeVisibleAsync();

        await desk.SignOutAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/signin\\?why=ended$"));
        await Expect(page.Locator("main .rv-note").First).ToContainTextAsync("This page session has ended");

        // The address worked once; the cookie is worth nothing now.
        await page.GotoAsync(address);
        await Expect(page).ToHaveURLAsync(new Regex("/signin\\?why=used$"));
        await page.GotoAsync("/");
        await Expect(page).ToHaveURLAsync(new Regex("/signin$"));
    }

    [Fact]
    public async Task Page_SessionClosedInAnotherTab_IsThrownOut()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var first = await visit.PageAsync("/setup");
        await site.SetUpAsync(first);
        var second = await visit.PageAsync("/status");
        await Expect(second.Locator("[aria-busy=false]")).ToBeVisibleAsync();

        await first.GotoAsync("/people");
        await Expect(first.Locator("tbody tr", new() { HasText = "Ana Costa" })).ToBeVisibleAsync();
        await first.ClickAsync(".rv-rail summary");
        await first.ClickAsync(".rv-rail form button");
        await Expect(first).ToHaveURLAsync(new Regex("/signin"));
        await Expect(second).ToHaveURLAsync(new Regex("/signin\\?why=ended$"));
    }

    [Fact]
    public async Task Circuit_WithoutSession_IsRefused()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var answer = await visit.Context.APIRequest.PostAsync("/_blazor/negotiate?negotiateVersion=1");
        Assert.Equal(401, answer.Status);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        Assert.Equal(200, (await visit.Context.APIRequest.PostAsync("/_blazor/negotiate?negotiateVersion=1")).Status);
    }

    [Fact]
    public async Task Pages_NobodySignedIn_ShowNothing()
    {
        await using var site = Site.Start();
        await using var setUp = await chromium.OpenAsync(site.Address);
        await site.SetUpAsync(await setUp.PageAsync("/setup"));
        await using var visit = await chromium.OpenAsync(site.Address);
        foreach (var path in new[] { "/people", "/status" })
        {
            var page = await visit.PageAsync(path);
            await Expect(page).ToHaveURLAsync(new Regex("/signin$"));
        }
    }

    [Fact]
    public async Task Page_ServerRestarted_ComesBackByItself()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await page.GotoAsync("/status");
        await Expect(page.Locator("[aria-busy=false]")).ToBeVisibleAsync();

        site.Server.Kill();
        await Expect(page.Locator("#components-reconnect-modal .card")).ToBeVisibleAsync();
        site.Server.StartAgain();
        await Expect(page.Locator("#components-reconnect-modal .card")).ToBeHiddenAsync(new() { Timeout = 90_000 });
        await Expect(page.Locator("[aria-busy=false]")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/status$"));
    }
}
