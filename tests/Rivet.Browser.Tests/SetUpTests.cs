using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>From an empty server to a company with two devices, as a newcomer does it.</summary>
[Collection("browser")]
public sealed class SetUpTests(Chromium chromium)
{
    [Fact]
    public async Task SetUp_RightCode_LeadsToInvitedDeviceOnThePeoplePage()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/");
        await Expect(page).ToHaveURLAsync(new Regex("/setup$"));

        var command = await site.SetUpAsync(page);
        Assert.StartsWith("./rivet join rivet://", command, StringComparison.Ordinal);
        await page.ClickAsync("main a[href='/people']");
        await Expect(page.Locator("tbody tr").Filter(new() { HasText = "Ana Costa" })).ToContainTextAsync("No device yet");

        // While the page is open, the first device joins.
        await site.JoinAsync(command, "Ana Costa", "Ana's desk");
        await Expect(page.Locator("tbody tr").Filter(new() { HasText = "Ana Costa" })).ToContainTextAsync("Connected");

        await page.ClickAsync(".rv-title .primary");
        await page.FillAsync("#invite-name", "陈伟");
        await page.ClickAsync(".mud-dialog-actions .primary");
        var invitation = await page.Locator(".mud-dialog .rv-copy .text").InnerTextAsync();
        await page.ClickAsync(".mud-dialog-actions .primary");
        await site.JoinAsync(invitation, "陈伟", "办公电脑");
        await Expect(page.Locator("tbody tr").Filter(new() { HasText = "陈伟" })).ToContainTextAsync("Connected");

        await page.ClickAsync("tbody a:has-text('陈伟')");
        await page.ClickAsync(".rv-side li button");
        var confirm = page.Locator(".mud-dialog-actions .danger");
        await Expect(confirm).ToBeDisabledAsync();
        await page.FillAsync("#confirm-name", "办公电脑");
        await confirm.ClickAsync();
        await Expect(page.Locator(".rv-note.passing")).ToContainTextAsync("办公电脑 is signed out.");
        await Expect(page.Locator(".rv-side li")).ToContainTextAsync("Signed out");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task SetUp_WrongCode_SaysWhatToDoAndKeepsWhatWasTyped()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await page.FillAsync("#code", "7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-Z");
        await page.FillAsync("#company", Site.CompanyName);
        await page.ClickAsync("main form button");
        await Expect(page.Locator("#person-hint")).ToContainTextAsync("1 to 100 characters");

        await page.FillAsync("#person", "Ana Costa");
        await page.ClickAsync("main form button");
        await Expect(page.Locator("main .rv-note.failing")).ToContainTextAsync("The code was not accepted");
        await Expect(page.Locator("#company")).ToHaveValueAsync(Site.CompanyName);

        // Guessing is stopped, and said.
        for (var guess = 0; guess < 25 && !(await page.Locator("main .rv-note").InnerTextAsync()).Contains("Too many", StringComparison.Ordinal); guess++)
        {
            await page.ClickAsync("main form button");
        }

        await Expect(page.Locator("main .rv-note.failing")).ToContainTextAsync("Too many attempts");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task SetUp_CodeUsedBefore_IsRefusedAndThePageIsGone()
    {
        await using var site = Site.Start();
        await using var first = await chromium.OpenAsync(site.Address);
        await using var second = await chromium.OpenAsync(site.Address);
        var late = await second.PageAsync("/setup");
        await site.SetUpAsync(await first.PageAsync("/setup"));

        await late.FillAsync("#code", site.Code);
        await late.FillAsync("#company", "Others");
        await late.FillAsync("#person", "Mallory");
        await late.ClickAsync("main form button");
        await Expect(late.Locator("main .rv-note.failing")).ToContainTextAsync("The code was not accepted");

        await late.GotoAsync("/setup");
        await Expect(late).ToHaveURLAsync(new Regex("/signin$"));
    }

    [Fact]
    public async Task SetUp_WithoutScripts_Works()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address, options => options.JavaScriptEnabled = false);
        var page = await visit.PageAsync("/");
        var command = await site.SetUpAsync(page);
        Assert.StartsWith("./rivet join rivet://", command, StringComparison.Ordinal);

        // Live pages need scripts, and say so.
        var status = await visit.Context.APIRequest.GetAsync("/status");
        Assert.Matches("<noscript>[^!]*needs JavaScript", await status.TextAsync());
    }
}
