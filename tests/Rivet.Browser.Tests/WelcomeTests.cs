using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Rivet.Testing.Mail;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>The first steps of a new company, and the same decisions later.</summary>
[Collection("browser")]
public sealed class WelcomeTests(Chromium chromium)
{
    [Fact]
    public async Task FirstSteps_AnsweredOneAfterAnother_HoldAndLeadToTheFirstInvitation()
    {
        await using var mail = new TestMailServer(isImplicit: false);
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await page.ClickAsync("main a.primary");
        await Expect(page).ToHaveURLAsync(new Regex("/welcome$"));

        await Expect(page.Locator("#company-name")).ToHaveValueAsync(Site.CompanyName);
        await page.FillAsync("#company-name", "Copper & Ginkgo Ltd");
        await page.ClickAsync("section .primary");
        await Expect(page.Locator("section header h2")).ToContainTextAsync("How long");
        await page.ClickAsync("footer a:has-text('Skip')");
        await Expect(page).ToHaveURLAsync(new Regex("/welcome/mail$"));

        await TypeAsync(page, mail, password: "wrong");
        await page.FillAsync("#mail-test", "ana@example.com");
        await page.ClickAsync("button:has-text('Send') >> nth=-1");
        await Expect(page.Locator(".rv-form .rv-note.failing")).ToContainTextAsync("refused user or password");
        await page.FillAsync("#mail-password", TestMailServer.Password);
        await page.ClickAsync("button:has-text('Send') >> nth=-1");
        await Expect(page.Locator(".rv-form .rv-note.passing")).ToContainTextAsync("has taken the message");
        Assert.Equal("A test message from Rivet", Assert.Single(mail.Taken).Subject);

        await page.ClickAsync("section .rv-button.primary");
        await Expect(page).ToHaveURLAsync(new Regex("/welcome/people$"));
        await page.ClickAsync("section a.primary");
        await Expect(page.Locator("#invite-name")).ToBeVisibleAsync();

        await page.GotoAsync("/settings/mail");
        await Expect(page.Locator("#mail-host")).ToHaveValueAsync("localhost");
        await Expect(page.Locator("#mail-password")).ToHaveValueAsync("");
        await page.GotoAsync("/settings");
        await Expect(page.Locator("#company-name")).ToHaveValueAsync("Copper & Ginkgo Ltd");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task House_SpeaksItsLanguage_ToWhoAsksForNone()
    {
        await using var site = Site.Start();
        await using (var founder = await chromium.OpenAsync(site.Address))
        {
            var page = await founder.PageAsync("/setup");
            await site.SetUpAsync(page);
            await page.GotoAsync("/settings/company");
            await page.CheckAsync("input[type=radio] >> nth=1");
            await page.ClickAsync("section .primary");
            await Expect(page.Locator(".rv-form .rv-note.passing")).ToBeVisibleAsync();
            await page.ReloadAsync();
            await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        }

        await using var french = await chromium.OpenAsync(site.Address, options => options.Locale = "fr-FR");
        await Expect((await french.PageAsync("/signin")).Locator("html")).ToHaveAttributeAsync("lang", "zh-CN");
    }

    [Fact]
    public async Task Mail_FieldsWrong_SaysWhichAndSavesNothing()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await page.GotoAsync("/settings/mail");
        await page.FillAsync("#mail-host", "https://mail");
        await page.ClickAsync("section .rv-button.primary");
        await Expect(page.Locator("#mail-host-hint")).ToContainTextAsync("without https://");
        await page.ReloadAsync();
        await Expect(page.Locator("#mail-host")).ToHaveValueAsync("");
        visit.AssertQuiet();
    }

    private static async Task TypeAsync(IPage page, TestMailServer mail, string password)
    {
        await page.FillAsync("#mail-host", "localhost");
        await page.FillAsync("#mail-port", mail.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await page.FillAsync("#mail-sender", "rivet@example.com");
        await page.FillAsync("#mail-user", TestMailServer.User);
        await page.FillAsync("#mail-password", password);
        await page.ClickAsync("details.rv-more summary");
        await page.FillAsync("#mail-fingerprint", mail.Fingerprint);
    }
}
