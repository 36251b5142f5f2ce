using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>The dashboard over the security log: each number leads to its events, and the company changes it.</summary>
[Collection("browser")]
public sealed class BoardTests(Chromium chromium)
{
    [Fact]
    public async Task Board_OfANewCompany_EachNumberLeadsToItsEvents()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address, options => options.TimezoneId = "Asia/Kathmandu");
        var page = await visit.PageAsync("/setup");
        var command = await site.SetUpAsync(page);
        await page.GotoAsync("/log");
        await Expect(page.Locator(".said")).ToContainTextAsync(" of ");
        await page.ClickAsync(".rv-title a:has-text('Dashboard')");
        await Expect(page).ToHaveURLAsync(new Regex("/log/board$"));
        await CountedAsync(page);
        await Expect(page.Locator(".rv-title p")).ToContainTextAsync("(UTC+05:45)");
        await Expect(page.Locator(".rv-tile")).ToHaveCountAsync(10);
        await Expect(Tile(page, "High or graver").Locator(".number")).ToHaveTextAsync("0");
        await Expect(Tile(page, "What was refused")).ToContainTextAsync("Nothing of the kind in this period.");
        await CheckAsync(page, "new");

        // What happens is counted while the page is open.
        await site.JoinAsync(command, "Ana Costa", "Ana's desk");
        await Expect(Tile(page, "Devices").Locator("tr", new() { HasTextString = "A device was enrolled" })).ToContainTextAsync("1", new() { Timeout = 20_000 });
        await CheckAsync(page, "events");

        // A bar, a column, a part, a number: the log shows as many.
        var kinds = Tile(page, "Devices").Locator("tr", new() { HasTextString = "A device was enrolled" }).Locator("a").First;
        await LeadsToAsync(page, kinds, 1);
        await LeadsToAsync(page, Tile(page, "Sign-ins").Locator(".bars a").Last, Number(await Tile(page, "Sign-ins").Locator(".foot a").InnerTextAsync()));
        await LeadsToAsync(page, Tile(page, "Sign-ins").Locator(".keys a:has-text('Done')"), Number(await Tile(page, "Sign-ins").Locator(".keys a:has-text('Done')").InnerTextAsync()));
        await LeadsToAsync(page, Tile(page, "People with most events").Locator("tbody a").First, Number(await Tile(page, "People with most events").Locator("tbody td").First.InnerTextAsync()));
        await LeadsToAsync(page, Tile(page, "Events", exact: true).Locator(".number a"), Number(await Tile(page, "Events", exact: true).Locator(".number").InnerTextAsync()));
        await LeadsToAsync(page, Tile(page, "Events", exact: true).Locator(".change a"), 0);

        // From the keyboard: one stop for all columns, the arrows go along them.
        await Tile(page, "Sign-ins").Locator(".bars a").Last.FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(Tile(page, "Sign-ins").Locator(".bars a").Nth(5)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(Tile(page, "Sign-ins").Locator(".bars a").First).ToBeFocusedAsync();
        await Expect(Tile(page, "Sign-ins").Locator(".bars a[tabindex='0']")).ToHaveCountAsync(1);

        // As a table, with the same numbers.
        await Tile(page, "Sign-ins").Locator("button[aria-pressed]").ClickAsync();
        await Expect(Tile(page, "Sign-ins").Locator("tbody tr")).ToHaveCountAsync(7);
        await CheckAsync(page, "table");

        foreach (var period in new[] { "24 hours", "30 days", "13 weeks", "12 months" })
        {
            await page.ClickAsync($".rv-periods a:has-text('{period}')");
            await Expect(page.Locator(".rv-periods [aria-current]")).ToHaveTextAsync(period);
            await CountedAsync(page);
            await Expect(Tile(page, "Devices").Locator("tr", new() { HasTextString = "A device was enrolled" })).ToContainTextAsync("1");
        }

        visit.AssertQuiet();
    }

    [Fact]
    public async Task Board_ChangedByTheCompany_KeepsWhatItWasGiven()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.JoinAsync(await site.SetUpAsync(page), "Ana Costa", "Ana's desk");
        await page.GotoAsync("/log?q=" + Uri.EscapeDataString("class:3004 last:1d"));
        await Expect(page.Locator(".said")).ToContainTextAsync(" of ");
        await page.ClickAsync(".add-tile summary");
        await page.ClickAsync(".add-tile button");
        await Expect(page.Locator(".rv-facets .problem")).ToContainTextAsync("Give it a title");
        await page.FillAsync("#tile-title", "What came & went");
        await page.SelectOptionAsync("#tile-shape", "Bars");
        await page.SelectOptionAsync("#tile-by", "Kind");
        await CheckAsync(page, "add");
        await page.ClickAsync(".add-tile button");
        await page.ClickAsync(".rv-facets a:has-text('Show the dashboard')");
        await CountedAsync(page);
        await Expect(page.Locator(".rv-tile")).ToHaveCountAsync(11);
        await LeadsToAsync(page, Tile(page, "What came & went").Locator("tr", new() { HasTextString = "The company was founded" }).Locator("a").First, 1);

        await page.Keyboard.PressAsync("c");
        await Expect(page.Locator(".rv-board-change")).ToBeVisibleAsync();
        await Tile(page, "What came & went").Locator("[title=Earlier]").ClickAsync();
        await Expect(page.Locator(".rv-board-said")).ToContainTextAsync("was moved");
        await Expect(page.Locator(".rv-tile").Nth(9).Locator("h2")).ToHaveTextAsync("What came & went");
        await Tile(page, "What came & went").Locator("input").FillAsync("Things");
        await Tile(page, "What came & went").Locator(".rename button").ClickAsync();
        await Expect(page.Locator(".rv-tile").Nth(9).Locator("h2")).ToHaveTextAsync("Things");
        await Tile(page, "Keys and what they sealed").Locator(".remove").ClickAsync();
        await Expect(page.Locator(".rv-tile")).ToHaveCountAsync(10);
        await page.ClickAsync(".undo");
        await Expect(page.Locator(".rv-tile").Nth(10).Locator("h2")).ToHaveTextAsync("Keys and what they sealed");
        await Tile(page, "Devices").Locator(".remove").ClickAsync();
        await CheckAsync(page, "change");

        // Another browser of the company sees it so, after a reload this one too.
        await page.ReloadAsync();
        await CountedAsync(page);
        Assert.Equal(["What was refused", "People with most events", "Things", "Keys and what they sealed"], (await page.Locator(".rv-tile h2").AllInnerTextsAsync()).Skip(6));

        await page.ClickAsync(".rv-title button");
        await page.ClickAsync(".reset");
        await CheckAsync(page, "reset");
        await page.ClickAsync(".danger");
        await Expect(page.Locator(".rv-tile")).ToHaveCountAsync(10);
        await Expect(Tile(page, "Things")).ToHaveCountAsync(0);
        await page.GotoAsync("/log?q=" + Uri.EscapeDataString("kind:audit.board.changed"));
        await Expect(page.Locator(".rv-log-table .what .name")).ToHaveCountAsync(7);
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Board_Chinese_IsCompleteInTheDarkAndOnAPhone()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address, options => (options.Locale, options.ColorScheme, options.TimezoneId) = ("zh-CN", ColorScheme.Dark, "Asia/Shanghai"));
        var page = await visit.PageAsync("/setup");
        await site.JoinAsync(await site.SetUpAsync(page, "陈伟"), "陈伟", "办公电脑");
        await page.GotoAsync("/log/board?period=24h");
        await CountedAsync(page);
        await Expect(page.Locator("h1")).ToHaveTextAsync("仪表板");
        await page.ClickAsync(".rv-title button");
        Assert.All(
            (await page.Locator("main h1, main h2, main p:not(.number), main th, main .rv-periods a, main .rv-button:not(.tools button), main .keys a").AllInnerTextsAsync()).Where(text => text.Trim().Length > 0),
            text => Assert.Matches("[\u4e00-\u9fff]", text));
        await CheckAsync(page, "zh-dark");
        await page.SetViewportSizeAsync(390, 844);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the phone");
        await CheckAsync(page, "phone-change-zh-dark");
        await page.GotoAsync("/log/board");
        await CountedAsync(page);
        await Tile(page, "登录").Locator("button[aria-pressed]").ClickAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the phone");
        await CheckAsync(page, "phone-zh-dark");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Board_MemberWithoutTheRight_IsRefused()
    {
        await using var site = Site.Start();
        await using var setUp = await chromium.OpenAsync(site.Address);
        var page = await setUp.PageAsync("/setup");
        await site.SetUpAsync(page);
        await page.GotoAsync("/people?invite");
        await page.FillAsync("#invite-name", "Wei Chen");
        await page.ClickAsync(".mud-dialog-actions .primary");
        var member = await site.JoinAsync(await page.Locator(".mud-dialog .rv-copy .text").InnerTextAsync(), "Wei Chen", "Wei's desk");
        await using var visit = await chromium.OpenAsync(site.Address);
        var theirs = await visit.PageAsync(await member.OpenPageAsync());
        await theirs.GotoAsync("/log/board");
        await Expect(theirs.Locator(".rv-empty h2")).ToHaveTextAsync("You may not see this page");
        await Expect(theirs.Locator(".rv-tile")).ToHaveCountAsync(0);
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Log_ColumnOverTime_NarrowsTheSearchToItsStretch()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.JoinAsync(await site.SetUpAsync(page), "Ana Costa", "Ana's desk");
        await page.GotoAsync("/log?q=last:1d");
        var columns = page.Locator(".events .rv-columns .bars a");
        await Expect(columns).ToHaveCountAsync(25);
        await CheckAsync(page, "histogram");
        var all = Number(await ShownAsync(page));
        await LeadsToAsync(page, columns.Filter(new() { Has = page.Locator(".part:not([style*='height:0'])") }).Last, null);
        await columns.First.ClickAsync();
        await Expect(page.Locator(".rv-empty h2")).ToHaveTextAsync("Nothing found");
        await Expect(page.Locator(".rv-chips")).ToContainTextAsync("Before");
        Assert.True(all > 3, "there were events");
        visit.AssertQuiet();
    }

    private static ILocator Tile(IPage page, string title, bool exact = false)
        => page.Locator(".rv-tile").Filter(new() { Has = page.Locator("h2", exact ? new() { HasTextRegex = new Regex($"^{Regex.Escape(title)}$") } : new() { HasTextString = title }) });

    private static Task CountedAsync(IPage page) => Expect(page.Locator(".rv-board[aria-busy=false]")).ToBeVisibleAsync();

    /// <summary>Follows a number to the log, which must show as many events; and back.</summary>
    private static async Task LeadsToAsync(IPage page, ILocator number, long? count)
    {
        var from = page.Url;
        await number.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"/log\?q="));
        await Expect(page).Not.ToHaveURLAsync(from);
        var (shown, told) = (0L, "");
        for (var left = 100; left > 0; left--)
        {
            // The list is read after the address has changed; meanwhile it says that it looks.
            (told, shown) = (await ShownAsync(page), await page.Locator(".rv-log-table .what .name").CountAsync());
            if (told.Contains(" of ", StringComparison.Ordinal) && shown == Number(told) && shown == (count ?? shown))
            {
                break;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Contains(" of ", told, StringComparison.Ordinal);
        Assert.Equal((count ?? shown, shown), (Number(told), shown));
        await page.GotoAsync(from);
        if (from.Contains("/board", StringComparison.Ordinal))
        {
            await CountedAsync(page);
        }
    }

    private static Task<string> ShownAsync(IPage page) => page.Locator(".said").InnerTextAsync();

    /// <summary>The last number of a text.</summary>
    private static long Number(string text) => long.Parse(Regex.Matches(text, "[0-9]+").Last().Value, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task CheckAsync(IPage page, string picture)
    {
        var found = await page.RunAxe();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, $"board-{picture}.png"), FullPage = true });
        Assert.Empty(found.Violations.Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(' ', violation.Nodes.Take(3).Select(node => node.Html))}"));
    }
}
