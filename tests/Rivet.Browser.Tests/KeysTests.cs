using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Rivet.Wire;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>The company's key on the settings page, changed by two administrators; while it is withheld the page goes on working.</summary>
[Collection("browser")]
public sealed class KeysTests(Chromium chromium)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_RotatedDisabledEnabledAndAlmostDestroyed_ByTwo()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        var invited = await site.Administrator.InviteAsync(Role.Administrator, "Ben Admin", null, mailAddress: "", TimeSpan.FromHours(1), Ct);
        await using var ben = await site.JoinInstalledAsync(invited.Value.Link, "Ben Admin", "Laptop");
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ben Admin");
        await ana.SayAsync("before it is withheld");
        await ana.SeesAsync("before it is withheld");
        await using var adaVisit = await chromium.OpenAsync(site.Site.Address);
        await using var benVisit = await chromium.OpenAsync(site.Site.Address, options => (options.ColorScheme, options.ViewportSize) = (ColorScheme.Dark, new ViewportSize { Width = 390, Height = 844 }));
        var first = await OpenAsync(adaVisit, site.Administrator);
        var second = await OpenAsync(benVisit, ben);

        // Rotate: who asked cannot approve it.
        await AskAsync(first, "Rotate the key", "yearly");
        var request = first.Locator(".rv-key-request");
        await Expect(request).ToContainTextAsync("another administrator has to approve");
        await Expect(request.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToBeDisabledAsync();
        await CheckAsync(first, "asked");
        await CheckAsync(second, "to-approve-phone-dark");
        await ApproveAsync(second, "Ada Admin");
        await Expect(first.Locator(".rv-facts")).ToContainTextAsync("Version 2");
        await Expect(first.Locator("main")).ToContainTextAsync("All");
        await Expect(first.Locator(".rv-key-progress")).ToBeHiddenAsync();
        await CheckAsync(first, "rotated");

        // Disable: nothing of the company is read, but the key can be managed.
        await AskAsync(first, "Disable the key", "a device was stolen", Site.CompanyName);
        await ApproveAsync(second, "Ada Admin", Site.CompanyName);
        await Expect(first.Locator(".rv-keys .rv-note.attention")).ToContainTextAsync("The key is disabled");
        await ana.SayAsync("while it is withheld");
        await Expect(ana.Page.Locator(".ch-pending")).ToContainTextAsync("while it is withheld");
        await Expect(ana.Page.Locator(".ch-pending")).ToContainTextAsync("Waiting to be sent. Your company's key is withheld");
        await TryFoundAsync(ana.Page, "Ben Admin", "Ada Admin");
        await Expect(ana.Page.Locator(".ch-dialog")).ToContainTextAsync("key is withheld");
        await first.ReloadAsync();
        await Expect(first.Locator(".rv-keys .rv-note.attention")).ToContainTextAsync("The key is disabled");
        await CheckAsync(first, "disabled");
        await AskAsync(first, "Enable the key", "found again");
        await ApproveAsync(second, reason: "found again");
        await Expect(first.Locator(".rv-facts")).ToContainTextAsync("In use");
        await ana.Page.ReloadAsync();
        await ana.ChooseAsync("Ben Admin");
        await ana.SeesAsync("before it is withheld");
        await ana.SeesAsync("while it is withheld"); // it waited, and went out by itself

        // Destroy: seven days, and one is enough to cancel.
        await AskAsync(first, "Destroy the key", "a mistake", Site.CompanyName);
        await ApproveAsync(second, "Ada Admin", Site.CompanyName);
        await Expect(first.Locator(".rv-key-waits")).ToContainTextAsync("The key is destroyed on");
        await CheckAsync(first, "awaits-destruction");
        await first.ClickAsync(".rv-key-waits button");
        await Expect(first.Locator(".rv-key-waits")).ToBeHiddenAsync();
        await Expect(first.Locator(".rv-facts")).ToContainTextAsync("In use");
        await first.Locator("summary", new() { HasText = "Decided requests (4)" }).ClickAsync();
        await Expect(first.Locator(".rv-key-history")).ToContainTextAsync("approved by Ben Admin");
        adaVisit.AssertQuiet();
        benVisit.AssertQuiet();
    }

    [Fact]
    public async Task Key_InChineseOnAPhone_DialogsAreWhole_AndAMemberIsTurnedAway()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var visit = await chromium.OpenAsync(
            site.Site.Address, options => (options.Locale, options.ViewportSize) = ("zh-CN", new ViewportSize { Width = 390, Height = 844 }));
        var page = await OpenAsync(visit, site.Administrator);
        await CheckAsync(page, "phone-zh");
        foreach (var (action, field) in new[] { ("销毁密钥", "#key-name"), ("使用您自己的密钥服务", "#service-address"), ("导入密钥", ".mud-dialog button.primary") })
        {
            await ChooseAsync(page, action);
            await Expect(page.Locator(field)).ToBeVisibleAsync();
            if (field.StartsWith(".mud", StringComparison.Ordinal))
            {
                await page.ClickAsync(field);
                await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("BEGIN PUBLIC KEY");
                await Expect(page.Locator("#import-file")).ToBeVisibleAsync();
            }

            await CheckAsync(page, $"dialog-zh-{action}");
            await page.Locator(".mud-dialog-actions button").First.ClickAsync();
            await Expect(page.Locator(".mud-dialog")).ToBeHiddenAsync();
        }

        var invited = await site.InviteAsync("Cy Member");
        await using var cy = await site.JoinInstalledAsync(invited, "Cy Member", "Phone");
        await using var other = await chromium.OpenAsync(site.Site.Address);
        var refused = await other.PageAsync((await cy.OpenPageAsync(Ct)).Value);
        await refused.GotoAsync("/settings/keys");
        await Expect(refused.Locator("main")).ToBeVisibleAsync();
        await Expect(refused.Locator(".rv-facts")).ToHaveCountAsync(0);
        await Expect(refused.Locator(".rv-empty")).ToBeVisibleAsync();
        visit.AssertQuiet();
    }

    private static async Task<IPage> OpenAsync(Visit visit, Client.RivetClient client)
    {
        var page = await visit.PageAsync((await client.OpenPageAsync(Ct)).Value);
        await page.GotoAsync("/settings/keys");
        await Expect(page.Locator(".rv-keys .rv-facts")).ToBeVisibleAsync();
        return page;
    }

    /// <summary>Asks for a new group.</summary>
    private static async Task TryFoundAsync(IPage page, params string[] people)
    {
        await page.ClickAsync(".ch-list > header button:last-of-type");
        foreach (var person in people)
        {
            await page.Locator(".ch-people label", new PageLocatorOptions { HasText = person }).ClickAsync();
        }

        await page.FillAsync("#group-title", "In vain");
        await page.ClickAsync(".ch-dialog button[type=submit]");
    }

    private static async Task ChooseAsync(IPage page, string action)
    {
        var menu = page.Locator(".rv-key-menu");
        var choice = page.Locator("button", new() { HasText = action });
        if (!await choice.IsVisibleAsync())
        {
            await menu.Locator("summary").ClickAsync();
        }

        await choice.ClickAsync();
    }

    private static async Task AskAsync(IPage page, string action, string reason, string? name = null)
    {
        await ChooseAsync(page, action);
        var confirm = page.Locator(".mud-dialog-actions .rv-button").Last;
        await Expect(confirm).ToBeDisabledAsync();
        await page.FillAsync("#key-reason", reason);
        if (name is not null)
        {
            await Expect(confirm).ToBeDisabledAsync();
            await page.FillAsync("#key-name", name);
        }

        await confirm.ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToBeHiddenAsync();
        await Expect(page.Locator(".rv-key-request")).ToContainTextAsync(reason);
    }

    private static async Task ApproveAsync(IPage page, string? asker = null, string? name = null, string? reason = null)
    {
        var request = page.Locator(".rv-key-request");
        await Expect(request).ToContainTextAsync(asker ?? reason!);
        await request.Locator(".primary").ClickAsync();
        if (name is not null)
        {
            await page.FillAsync("#key-name", name);
        }

        await page.Locator(".mud-dialog-actions .rv-button").Last.ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToBeHiddenAsync();
        await Expect(request).ToBeHiddenAsync();
    }

    private static async Task CheckAsync(IPage page, string picture)
    {
        var found = await page.RunAxe();
        Assert.Empty(found.Violations.Select(violation => $"{violation.Id}: {violation.Help}"));
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, $"keys-{picture}.png"), FullPage = true });
    }
}
