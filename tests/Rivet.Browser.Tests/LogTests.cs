using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>The security log, as an administrator reads it and as somebody without the right does not.</summary>
[Collection("browser")]
public sealed class LogTests(Chromium chromium)
{
    [Fact]
    public async Task Log_Administrator_FiltersFollowsAndProves()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        var command = await site.SetUpAsync(page);
        await page.GotoAsync("/log");
        await Expect(Row(page, "The company was founded")).ToContainTextAsync("Ana Costa");
        await Expect(Row(page, "A browser signed in")).ToBeVisibleAsync();
        await Expect(page.Locator(".rv-rail a[aria-current=page]")).ToContainTextAsync("Log");

        // Another client does something: it appears by itself.
        var desk = await site.JoinAsync(command, "Ana Costa", "Ana's desk");
        await Expect(Row(page, "A device was enrolled")).ToBeVisibleAsync(new() { Timeout = 5000 });
        await Expect(page.Locator("tr.new").First).ToBeVisibleAsync();

        // Paused, it waits; going on, it catches up.
        await page.Keyboard.PressAsync("v");
        await Expect(page.Locator(".rv-switch")).ToHaveAttributeAsync("aria-checked", "false");
        await using var other = await chromium.OpenAsync(site.Address);
        await other.PageAsync(await desk.OpenPageAsync());
        await Expect(page.Locator(".rv-switch")).ToContainTextAsync("Paused");
        await Expect(Row(page, "A browser signed in")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("v");
        await Expect(Row(page, "A browser signed in")).ToHaveCountAsync(2);

        // Whoever reads further down keeps the place, and is told.
        await page.SetViewportSizeAsync(1280, 420);
        await page.EvaluateAsync("document.querySelector('.rv-log .rv-table-frame').scrollTop = 60");
        await desk.SignOutAsync();
        await Expect(page.Locator(".newer")).ToContainTextAsync("new event");
        await Expect(Row(page, "A device was signed out")).ToHaveCountAsync(0);
        await page.ClickAsync(".newer");
        await Expect(Row(page, "A device was signed out")).ToBeVisibleAsync();
        await page.SetViewportSizeAsync(1280, 800);
        await CheckAsync(page, "timeline");

        // A facet is an address.
        await page.ClickAsync(".rv-facets a:has-text('Sign-ins')");
        await Expect(page).ToHaveURLAsync(new Regex(@"/log\?q=class%3A3002$"));
        await Expect(Row(page, "A browser signed in")).ToHaveCountAsync(2);
        await Expect(Row(page, "The company was founded")).ToHaveCountAsync(0);
        await page.FillAsync("#save-name", "Who came in");
        await page.ClickAsync(".rv-facets .keep button");
        await Expect(page.Locator(".rv-facets .saved a")).ToContainTextAsync("Who came in");
        await page.ClickAsync(".rv-chips a:has-text('Sign-ins')");
        await Expect(Row(page, "The company was founded")).ToBeVisibleAsync();
        await page.ClickAsync(".rv-facets .saved a");
        await Expect(page).ToHaveURLAsync(new Regex("class%3A3002"));
        await page.ClickAsync(".rv-facets .saved button");
        await Expect(page.Locator(".rv-facets .saved")).ToHaveCountAsync(0);

        // Typed from the keyboard alone, and nothing found is said.
        await page.Keyboard.PressAsync("/");
        await Expect(page.Locator(".rv-log-search input")).ToBeFocusedAsync();
        await page.FillAsync(".rv-log-search input", "severity:6 nothing like it");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".rv-empty h2")).ToHaveTextAsync("Nothing found");
        await CheckAsync(page, "nothing");
        await page.ClickAsync(".rv-empty a");

        // Everything about a person, and from there an event.
        await Row(page, "The company was founded").Locator(".who a").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Ana Costa");
        await Expect(page.Locator(".rv-entity[aria-busy=false]")).ToBeVisibleAsync();
        await Expect(page.Locator(".rv-counts")).ToContainTextAsync("A device was enrolled");
        await CheckAsync(page, "entity");
        await Row(page, "The company was founded").Locator(".what a").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("The company was founded");
        await Expect(page.Locator("main")).ToContainTextAsync("identity.company.founded");
        await Expect(page.Locator(".rv-signatures")).ToContainTextAsync("the log itself; its signature verifies");
        await Expect(page.Locator("main")).ToContainTextAsync(new Regex(@"\./rivet verify fetch https://\S+/audit/[0-9a-f]{32} [0-9a-f]{32} --token"));
        await Expect(page.Locator("main")).ToContainTextAsync(new Regex(@"\./rivet verify log [0-9a-f]{32} --key 'rivet/[0-9a-f]{16}/[0-9a-f]{32}\+"));
        await page.ClickAsync(".proof .primary");
        await Expect(page.Locator(".proof .rv-note.passing")).ToContainTextAsync("It holds");
        var said = await page.Locator(".rv-reckoning > li:last-child code").InnerTextAsync();
        Assert.Equal(said, await page.Locator(".rv-reckoning .result").Last.InnerTextAsync());
        await page.Locator(".proof .rv-copy button").ClickAsync();
        Assert.Matches("^[0-9a-f]{64}$", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await CheckAsync(page, "event");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Log_Chinese_IsCompleteInTheDarkAndOnAPhone()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address, options => (options.Locale, options.ColorScheme) = ("zh-CN", ColorScheme.Dark));
        var page = await visit.PageAsync("/setup");
        var command = await site.SetUpAsync(page, "陈伟");
        await site.JoinAsync(command, "陈伟", "办公电脑");
        await page.GotoAsync("/log");
        await Expect(Row(page, "公司已创建")).ToContainTextAsync("陈伟");
        await Expect(Row(page, "设备已登记")).ToBeVisibleAsync();
        await AssertChineseAsync(page);
        await CheckAsync(page, "timeline-zh-dark");
        await Row(page, "公司已创建").Locator(".what a").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("公司已创建");
        await page.ClickAsync(".proof .primary");
        await Expect(page.Locator(".proof .rv-note.passing")).ToContainTextAsync("成立");
        await CheckAsync(page, "event-zh-dark");
        await page.ClickAsync(".rv-facts a:has-text('陈伟')");
        await Expect(page.Locator(".rv-entity[aria-busy=false]")).ToBeVisibleAsync();
        await AssertChineseAsync(page);

        await page.SetViewportSizeAsync(390, 844);
        await page.GotoAsync("/log");
        await Expect(Row(page, "公司已创建")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the phone");
        await CheckAsync(page, "phone-zh-dark");
        await page.ClickAsync(".rv-facets > summary");
        await Expect(page.Locator(".rv-facets .groups")).ToBeVisibleAsync();
        await page.ClickAsync(".what a >> nth=0");
        await Expect(page.Locator(".rv-event")).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the phone");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Log_MemberWithoutTheRight_IsRefused()
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
        foreach (var path in new[] { "/log", "/log?q=class:3002", "/log/event/0", $"/log/entity/person/{Guid.CreateVersion7():N}" })
        {
            await theirs.GotoAsync(path);
            await Expect(theirs.Locator(".rv-empty h2")).ToHaveTextAsync("You may not see this page");
            await Expect(theirs.Locator("main")).Not.ToContainTextAsync("founded");
        }

        await Expect(theirs.Locator(".rv-rail nav")).Not.ToContainTextAsync("Log");
        visit.AssertQuiet();
    }

    [Fact]
    public async Task Log_AddressesThatLeadNowhere_AreSaid()
    {
        await using var site = Site.Start();
        await using var visit = await chromium.OpenAsync(site.Address);
        var page = await visit.PageAsync("/setup");
        await site.SetUpAsync(page);
        await page.GotoAsync("/log/event/1000000");
        await Expect(page.Locator(".rv-empty h2")).ToHaveTextAsync("The log has no such entry");
        await page.GotoAsync("/log/entity/person/nobody");
        await Expect(page.Locator(".rv-empty h2")).ToHaveTextAsync("There is no such thing");
        await page.GotoAsync($"/log/entity/device/{Guid.CreateVersion7():N}");
        await Expect(page.Locator(".rv-empty h2")).ToHaveTextAsync("Nothing found");
        await page.GotoAsync("/log?q=" + Uri.EscapeDataString("<script>alert(1)</script> kind:%00 class:99999999999 '\";--"));
        await Expect(page.Locator(".rv-empty h2")).ToHaveTextAsync("Nothing found");
        visit.AssertQuiet();
    }

    private static ILocator Row(IPage page, string text) => page.Locator(".rv-log-table tr").Filter(new() { Has = page.Locator(".what .name", new() { HasTextString = text }) });

    /// <summary>No text of the other language is left; names of kinds and identifiers are not texts.</summary>
    private static async Task AssertChineseAsync(IPage page)
    {
        var words = await page.Locator("main h1, main h2, main th, main .name, main .word, main label, main .said, main .rv-severity, main .outcome").AllInnerTextsAsync();
        Assert.All(words.Where(text => text.Trim().Length > 0), text => Assert.Matches("[\u4e00-\u9fff]", text));
    }

    private static async Task CheckAsync(IPage page, string picture)
    {
        var found = await page.RunAxe();
        Assert.Empty(found.Violations.Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(' ', violation.Nodes.Take(3).Select(node => node.Html))}"));
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, $"log-{picture}.png"), FullPage = true });
    }
}
