using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>How long messages are kept, and how many there may be, decided on the settings page.</summary>
[Collection("browser")]
public sealed class PolicyTests(Chromium chromium)
{
    [Fact]
    public async Task Retention_Shortened_WantsTheCompanysNameAndCanBeTakenBack()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await OpenAsync(page, "retention");
        await Expect(page.Locator("#keep-for-ever")).ToBeCheckedAsync();

        await page.CheckAsync("#keep-for-a-time");
        await page.FillAsync("#keep-months", "121");
        await page.ClickAsync("main .rv-button.primary");
        await Expect(page.Locator("#keep-months-hint")).ToContainTextAsync("1 to 120");
        await page.FillAsync("#keep-months", "12");
        await page.ClickAsync("main .rv-button.primary");
        var confirm = page.Locator(".mud-dialog-actions .danger");
        await Expect(confirm).ToBeDisabledAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("0 messages and 0 files");
        await CheckAsync(page, "retention-asks");
        await page.FillAsync("#confirm-name", Site.CompanyName);
        await confirm.ClickAsync();
        await Expect(page.Locator(".rv-note.passing")).ToContainTextAsync("holds in 24 hours");
        await Expect(page.Locator("section .rv-note.attention")).ToContainTextAsync("for 12 months only");
        await CheckAsync(page, "retention-waits");
        await page.Locator("section button", new PageLocatorOptions { HasText = "Take it back" }).ClickAsync();
        await Expect(page.Locator("section .rv-note.attention")).ToBeHiddenAsync();
        await Expect(page.Locator("#keep-for-ever")).ToBeCheckedAsync();
        visit.AssertQuiet();
    }

    [Fact]
    public async Task LogRetention_Shortened_WantsTheCompanysNameAndCanBeTakenBack()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await OpenAsync(page, "log-retention");
        await Expect(page.Locator("#keep-3002")).ToHaveValueAsync("0");
        await Expect(page.Locator("#keep-3004 option[value='6']")).ToHaveCountAsync(0);
        await CheckAsync(page, "log-retention");

        await page.SelectOptionAsync("#keep-3002", "12");
        await page.ClickAsync("main .rv-button.primary");
        var confirm = page.Locator(".mud-dialog-actions .danger");
        await Expect(confirm).ToBeDisabledAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("Sign-ins: from");
        await CheckAsync(page, "log-retention-asks");
        await page.FillAsync("#confirm-name", Site.CompanyName);
        await confirm.ClickAsync();
        await Expect(page.Locator(".rv-note.passing")).ToContainTextAsync("until then you can take it back");
        await Expect(page.Locator("#keep-3002")).ToHaveValueAsync("12");
        await CheckAsync(page, "log-retention-waits");
        await page.SelectOptionAsync("#keep-3002", "0");
        await page.ClickAsync("main .rv-button.primary");
        await Expect(page.Locator(".rv-note.passing")).ToContainTextAsync("This holds now");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Limits_Changed_AreThereAfterAReload()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address, options => (options.Locale, options.ColorScheme) = ("zh-CN", ColorScheme.Dark));
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await OpenAsync(page, "limits");
        await Expect(page.Locator("#limit-messages")).ToHaveValueAsync("120");
        await page.FillAsync("#limit-messages", "5");
        await page.ClickAsync("main .rv-button.primary");
        await Expect(page.Locator("#limit-messages-hint")).ToContainTextAsync("请输入 10 至 6,000 的整数");
        await page.FillAsync("#limit-messages", "240");
        await page.FillAsync("#limit-stored", "50");
        await page.ClickAsync("main .rv-button.primary");
        await Expect(page.Locator(".rv-note.passing")).ToContainTextAsync("限额立即生效");
        await CheckAsync(page, "limits");

        await OpenAsync(page, "limits");
        await Expect(page.Locator("#limit-messages")).ToHaveValueAsync("240");
        await Expect(page.Locator("#limit-stored")).ToHaveValueAsync("50");
        await Expect(page.Locator("#limit-files")).ToHaveValueAsync("2048");
        await page.GotoAsync("/status");
        await Expect(page.Locator("main")).ToContainTextAsync("配额 50 GiB");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task FirstSteps_AskForHowLongMessagesAreKept()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await page.GotoAsync("/welcome/retention");
        await page.CheckAsync("#keep-for-ever");
        await page.ClickAsync("main .rv-button.primary");
        await Expect(page).ToHaveURLAsync(new Regex("/welcome/(?!retention)"));
        visit.AssertQuiet();
    }

    private static async Task OpenAsync(IPage page, string part)
    {
        await page.GotoAsync($"/settings/{part}");
        await Expect(page.Locator("main .rv-button.primary")).ToBeVisibleAsync();
    }

    private static async Task CheckAsync(IPage page, string picture)
    {
        var found = await page.RunAxe();
        Assert.Empty(found.Violations.Select(violation => $"{violation.Id}: {violation.Help}"));
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, $"policy-{picture}.png") });
    }
}
