using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>Applications on the settings page: let in, used over HTTPS with the token that the page showed, and shut out.</summary>
[Collection("browser")]
public sealed class TransitTests(Chromium chromium)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Application_AddedUsedAndRemoved_IsSeenOnThePage()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await OpenAsync(visit, site);
        await Expect(page.Locator(".rv-transit .rv-empty h2")).ToHaveTextAsync("No application yet");
        await CheckAsync(page, "empty");

        // The token is shown once, works as the page says, and is gone with the dialog.
        await page.Keyboard.PressAsync("a");
        await Expect(page.Locator("#transit-name")).ToBeFocusedAsync();
        await page.FillAsync("#transit-name", "  billing: the till ");
        await page.FillAsync("#transit-days", "5");
        await page.Keyboard.PressAsync("Enter");
        var token = await TokenAsync(page);
        await Expect(page.Locator(".mud-dialog h2")).ToHaveTextAsync("billing: the till is added");
        await CheckAsync(page, "token");
        await page.Locator(".mud-dialog .rv-copy button").First.ClickAsync();
        Assert.Equal(token, await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        var attempt = Regex.Match(await page.Locator(".mud-dialog .rv-copy .text").Last.InnerTextAsync(), "^curl -H \"X-Vault-Token: \\$VAULT_TOKEN\" (https://\\S+)$");
        using var program = new OutsideProgram(site.Address, token);
        var (status, answer) = await program.AskAsync(HttpMethod.Get, attempt.Groups[1].Value);
        Assert.Equal((HttpStatusCode.OK, "billing: the till"), (status, (string?)answer!["data"]!["display_name"]));
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".mud-dialog")).ToBeHiddenAsync();
        Assert.DoesNotContain(token, await page.ContentAsync(), StringComparison.Ordinal);

        // What the program does appears by itself.
        var row = page.Locator(".rv-transit-applications tbody tr", new() { HasText = "billing: the till" });
        await Expect(row).ToContainTextAsync("Its own keys");
        await Expect(row.Locator(".rv-status.attention")).ToHaveTextAsync("5 days left");
        await Expect(page.Locator(".rv-transit .rv-empty h2")).ToHaveTextAsync("No keys yet");
        Assert.Equal(HttpStatusCode.OK, (await program.AskAsync(HttpMethod.Post, "/v1/transit/keys/orders")).Status);
        Assert.Equal(HttpStatusCode.OK, (await program.AskAsync(HttpMethod.Post, "/v1/transit/keys/orders/rotate")).Status);
        (status, answer) = await program.AskAsync(
            HttpMethod.Post, "/v1/transit/encrypt/orders", new JsonObject { ["batch_input"] = new JsonArray(new JsonObject { ["plaintext"] = "aGk=" }, new JsonObject { ["plaintext"] = "aG8=" }) });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("vault:v2:", (string?)answer!["data"]!["batch_results"]![0]!["ciphertext"], StringComparison.Ordinal);
        var key = page.Locator(".rv-transit-keys tbody tr");
        await Expect(key).ToHaveCountAsync(1);
        await Expect(key.Locator("td")).ToHaveTextAsync(["ordersaes256-gcm96", "billing: the till", "2", "1", "just now", "just now", "2", "just now"]);
        await Expect(row.Locator("td").Nth(4)).ToHaveTextAsync("just now");

        // Another one, after a try with the name of the first.
        await page.ClickAsync(".rv-transit header .primary");
        await page.FillAsync("#transit-name", "billing: the till");
        await page.FillAsync("#transit-days", "30");
        await GrantAsync(page, 0, "orders", "encrypt", "verify");
        await page.ClickAsync(".mud-dialog-actions .primary");
        await Expect(page.Locator("#transit-name-hint")).ToContainTextAsync("There is an application of this name");
        await Expect(page.Locator("#transit-name")).ToBeFocusedAsync();
        await Expect(page.Locator("#transit-days")).ToHaveValueAsync("30");
        await Expect(page.Locator("#grant-0")).ToHaveValueAsync("orders");
        await Expect(page.Locator(".rv-grant input[name=verify]")).ToBeCheckedAsync();
        await page.FillAsync("#transit-name", "ledger");
        await page.ClickAsync(".mud-dialog-actions .primary");
        using var ledger = new OutsideProgram(site.Address, await TokenAsync(page));
        await page.ClickAsync(".mud-dialog-actions .primary");
        await Expect(page.Locator(".rv-transit-applications tbody tr", new() { HasText = "ledger" }).Locator(".may")).ToHaveTextAsync("orders Encrypt, Verify");
        Assert.Equal(HttpStatusCode.OK, (await ledger.AskAsync(HttpMethod.Post, "/v1/transit/encrypt/orders", new JsonObject { ["plaintext"] = "aGk=" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ledger.AskAsync(HttpMethod.Post, "/v1/transit/keys/more")).Status);
        await Expect(key.Locator("td").Nth(6)).ToHaveTextAsync("3");
        await CheckAsync(page, "two");

        // The log, by application and by key.
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(LogRow(page, "A program made a key")).ToHaveCountAsync(1);
        await Expect(LogRow(page, "A program used the cryptographic API")).ToHaveCountAsync(2);
        await Expect(LogRow(page, "A program may use keys")).ToHaveCountAsync(0);
        await page.GoBackAsync();
        await key.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(LogRow(page, "A program made a key")).ToHaveCountAsync(1);
        await Expect(LogRow(page, "A program used the cryptographic API")).ToHaveCountAsync(2);
        await Expect(LogRow(page, "A program’s key was rotated")).ToHaveCountAsync(1);
        await page.GoBackAsync();

        // Removed: refused at once, its key stays.
        await row.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator(".mud-dialog")).ToContainTextAsync("Its token is refused at once");
        await Expect(page.Locator(".mud-dialog .danger")).ToBeDisabledAsync();
        await CheckAsync(page, "remove");
        await page.FillAsync("#confirm-name", "billing: the till");
        await page.ClickAsync(".mud-dialog .danger");
        await Expect(page.Locator(".rv-transit [role=status] .passing")).ToContainTextAsync("billing: the till is removed");
        await Expect(row).ToHaveCountAsync(0);
        Assert.Equal(HttpStatusCode.Forbidden, (await program.AskAsync(HttpMethod.Post, "/v1/transit/encrypt/orders", new JsonObject { ["plaintext"] = "aGk=" })).Status);
        await Expect(key.Locator("td").Nth(1)).ToHaveTextAsync("removed");

        var served = await (await visit.Context.APIRequest.GetAsync("/settings/transit")).TextAsync();
        Assert.Contains("rv-shell", served, StringComparison.Ordinal);
        Assert.DoesNotContain("rivet-app-", served, StringComparison.Ordinal);
        Assert.DoesNotContain("rivet-app-", site.Server.Log, StringComparison.Ordinal);
        visit.AssertQuiet();
    }

    [Theory]
    [InlineData("en-GB", 1280, ColorScheme.Dark, "whole number", "1 to 64 characters", "letters, digits", "at least one operation")]
    [InlineData("zh-CN", 390, ColorScheme.Light, "整数", "64 个字符", "个字母", "至少选择一项")]
    public async Task Application_WronglyDescribed_IsToldBesideTheFieldsAndNothingIsLost(
        string locale, int width, ColorScheme scheme, string ofDays, string ofName, string ofPattern, string ofOperations)
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(
            site.Address, options => (options.Locale, options.ColorScheme, options.ViewportSize) = (locale, scheme, new ViewportSize { Width = width, Height = 844 }));
        var page = await OpenAsync(visit, site);
        await page.ClickAsync(".rv-transit .primary");
        await page.FillAsync("#transit-name", new string('x', 65));
        await page.FillAsync("#transit-days", "a year");
        await GrantAsync(page, 0, "orders **");
        await page.ClickAsync("#transit-add > .rv-actions button");
        await GrantAsync(page, 1, "people-*", "decrypt", "datakey", "config");
        await page.ClickAsync(".mud-dialog-actions .primary");
        await Expect(page.Locator("#transit-name-hint")).ToContainTextAsync(ofName);
        await Expect(page.Locator("#transit-days-hint")).ToContainTextAsync(ofDays);
        await Expect(page.Locator("#grant-0-hint")).ToContainTextAsync(ofPattern);
        await Expect(page.Locator("#grant-0-nothing")).ToContainTextAsync(ofOperations);
        await Expect(page.Locator(".mud-dialog .problem")).ToHaveCountAsync(4);
        await Expect(page.Locator(".mud-dialog [aria-invalid=true]")).ToHaveCountAsync(3);
        await Expect(page.Locator("#transit-name")).ToBeFocusedAsync();
        await Expect(page.Locator("#transit-name")).ToHaveValueAsync(new string('x', 65));
        await Expect(page.Locator("#transit-days")).ToHaveValueAsync("a year");
        await Expect(page.Locator("#grant-0")).ToHaveValueAsync("orders **");
        await Expect(page.Locator("#grant-1")).ToHaveValueAsync("people-*");
        await Expect(page.Locator(".rv-grant input:checked")).ToHaveCountAsync(3);
        await CheckAsync(page, $"wrong-{locale}");
        await page.Locator(".rv-grant").Last.ScrollIntoViewIfNeededAsync();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Picture($"wrong-below-{locale}") });

        await page.FillAsync("#transit-name", "结算 shop");
        await page.FillAsync("#transit-days", "3650");
        await page.Locator(".rv-grant").First.Locator(".rv-actions button").ClickAsync();
        await Expect(page.Locator(".rv-grant")).ToHaveCountAsync(1);
        await Expect(page.Locator("#grant-0")).ToHaveValueAsync("people-*");
        await Expect(page.Locator(".rv-grant input:checked")).ToHaveCountAsync(3);
        await page.ClickAsync(".mud-dialog-actions .primary");
        await TokenAsync(page);
        await CheckAsync(page, $"token-{locale}");
        await page.ClickAsync(".mud-dialog-actions .primary");
        await Expect(page.Locator(".rv-transit-applications tbody tr .may li")).ToHaveCountAsync(1);
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Keys_Many_AreFoundAndShownInParts_InChineseToo()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await OpenAsync(visit, site);
        await AddAsync(page, "shop", "*", "create", "encrypt");
        using (var program = new OutsideProgram(site.Address, await TokenAsync(page)))
        {
            for (var at = 0; at < 53; at++)
            {
                var type = new JsonObject { ["type"] = at == 30 ? "ed25519" : "aes256-gcm96" };
                Assert.Equal(HttpStatusCode.OK, (await program.AskAsync(HttpMethod.Post, $"/v1/transit/keys/key-{at:00}", type)).Status);
            }
        }

        await page.ClickAsync(".mud-dialog-actions .primary");
        await AddAsync(page, "结算系统", "orders-*", "encrypt", "decrypt", "rewrap", "read");
        await page.ClickAsync(".mud-dialog-actions .primary");
        var rows = page.Locator(".rv-transit-keys tbody tr");
        await Expect(page.Locator(".rv-transit .rv-filters [role=status]")).ToHaveTextAsync("53 keys");
        await Expect(rows).ToHaveCountAsync(50);
        await page.ClickAsync(".rv-transit .rv-key-part > .rv-actions button");
        await Expect(rows).ToHaveCountAsync(53);
        await page.ClickAsync("h2");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("ED25519");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("key-30");
        await Expect(page.Locator(".rv-transit .rv-filters [role=status]")).ToHaveTextAsync("1 of 53 keys");
        await page.Keyboard.TypeAsync("?");
        await Expect(page.Locator(".rv-transit .rv-empty h2")).ToHaveTextAsync("No such key");
        await CheckAsync(page, "not-found");
        var state = await visit.Context.StorageStateAsync();

        foreach (var (scheme, locale, width) in new[]
        {
            (ColorScheme.Light, "en-GB", 1280), (ColorScheme.Dark, "zh-CN", 1280), (ColorScheme.Dark, "en-GB", 390), (ColorScheme.Light, "zh-CN", 390),
        })
        {
            await using var look = await chromium.OpenAsync(site.Address, options =>
            {
                (options.ColorScheme, options.Locale, options.StorageState) = (scheme, locale, state);
                options.ViewportSize = new ViewportSize { Width = width, Height = 844 };
            });
            var seen = await look.PageAsync("/settings/transit");
            await Expect(seen.Locator(".rv-transit-keys tbody tr")).ToHaveCountAsync(50);
            await seen.FillAsync(".rv-transit .rv-filters input", "key-3");
            await Expect(seen.Locator(".rv-transit-keys tbody tr")).ToHaveCountAsync(10);
            await CheckAsync(seen, $"keys-{locale}-{width}-{scheme}");
            if (locale == "zh-CN")
            {
                var words = await seen.Locator(".rv-transit :is(h3, th, .until, .may, [role=status], button)").AllTextContentsAsync();
                Assert.All(words, word => Assert.Matches("[\u4e00-\u9fff]", word));
            }

            look.AssertQuiet();
        }

        visit.AssertQuiet();
    }

    [Fact]
    public async Task Page_WithoutTheRight_IsRefused()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var cy = await site.JoinInstalledAsync(await site.InviteAsync("Cy Member"), "Cy Member", "Phone");
        await using var visit = await chromium.OpenAsync(site.Site.Address);
        var page = await visit.PageAsync((await cy.OpenPageAsync(Ct)).Value);
        await page.GotoAsync("/settings/transit");
        await Expect(page.Locator(".rv-empty h2")).ToHaveTextAsync("You may not see this page");
        await Expect(page.Locator(".rv-transit")).ToHaveCountAsync(0);
        visit.AssertQuiet();
    }

    private static async Task<IPage> OpenAsync(Visit visit, Site site)
    {
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page, "Ada Admin");
        await page.GotoAsync("/settings/transit");
        await Expect(page.Locator(".rv-transit .primary")).ToBeVisibleAsync();
        return page;
    }

    private static async Task AddAsync(IPage page, string name, string pattern, params string[] operations)
    {
        await page.ClickAsync(".rv-transit .primary");
        await page.FillAsync("#transit-name", name);
        await GrantAsync(page, 0, pattern, operations);
        await page.ClickAsync(".mud-dialog-actions .primary");
        await Expect(page.Locator(".mud-dialog .rv-copy").First).ToBeVisibleAsync();
    }

    private static async Task GrantAsync(IPage page, int at, string pattern, params string[] operations)
    {
        await page.Locator("input[name=transit-may]").Last.CheckAsync();
        await page.FillAsync($"#grant-{at}", pattern);
        foreach (var operation in operations)
        {
            await page.Locator(".rv-grant").Nth(at).Locator($"input[name={operation}]").CheckAsync();
        }
    }

    private static async Task<string> TokenAsync(IPage page)
    {
        var token = await page.Locator(".mud-dialog .rv-copy .text").First.InnerTextAsync();
        Assert.Matches("^rivet-app-[A-Za-z0-9_-]{43}$", token);
        Assert.DoesNotContain(token, page.Url, StringComparison.Ordinal);
        return token;
    }

    private static ILocator LogRow(IPage page, string text) => page.Locator(".rv-log-table tr").Filter(new() { Has = page.Locator(".what .name", new() { HasTextString = text }) });

    private static string Picture(string name) => Path.Combine(AppContext.BaseDirectory, $"transit-{name}.png");

    private static async Task CheckAsync(IPage page, string picture)
    {
        var found = await page.RunAxe();
        Assert.Empty(found.Violations.Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(' ', violation.Nodes.Take(3).Select(node => node.Html))}"));
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{picture} is wider than the window");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Picture(picture), FullPage = true });
    }
}
