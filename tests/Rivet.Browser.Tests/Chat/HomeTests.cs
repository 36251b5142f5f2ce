using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>The home in a browser: what survives a tab's end, a break of the link and a second tab.</summary>
[Collection("browser")]
public sealed class HomeTests(Chromium chromium)
{
    [Fact]
    public async Task Home_OfflineAndKilled_LosesNothing()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ada Admin");
        await ana.SayAsync("Before");
        await ana.SeesAsync("Before");
        await ana.Page.EvaluateAsync("navigator.serviceWorker.ready");

        // A line that is down: what is written waits, and a draft is kept with it.
        await ana.Page.ReloadAsync();
        await ana.ChooseAsync("Ada Admin");
        await ana.SeesAsync("Before");
        site.Site.Server.Kill();
        await Expect(ana.Page.Locator(".ch-link")).ToContainTextAsync("Offline");
        await ana.SayAsync("Written without a line");
        await Expect(ana.Page.Locator(".ch-pending")).ToContainTextAsync("Written without a line");
        await ana.Composer.FillAsync("A draft, half");
        await ana.SavedAsync();

        // The tab is killed; another one opens without a server at all.
        await ana.Page.CloseAsync(new PageCloseOptions { RunBeforeUnload = false });
        var page = await ana.Visit.Context.NewPageAsync();
        await page.GotoAsync("/chat/");
        await page.Locator(".ch-line", new PageLocatorOptions { HasText = "Ada Admin" }).ClickAsync();
        await Expect(page.Locator("#timeline")).ToContainTextAsync("Before");
        await Expect(page.Locator(".ch-pending")).ToContainTextAsync("Written without a line");
        await Expect(page.Locator("#composer")).ToHaveValueAsync("A draft, half");

        // With the line back it goes out, once.
        site.Site.Server.StartAgain();
        await Expect(page.Locator(".ch-pending")).ToHaveCountAsync(0);
        await Expect(page.Locator("#timeline .ch-row", new PageLocatorOptions { HasText = "Written without a line" })).ToHaveCountAsync(1);
        await site.Administrator.HasAsync("Written without a line");
    }

    [Fact]
    public async Task Home_SecondTab_TakesItOverAndGivesItBack()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ada Admin");
        await ana.Composer.FillAsync("begun in the first");
        var second = await ana.Visit.PageAsync("/chat/");
        await Expect(second.Locator("h1")).ToHaveTextAsync("Rivet is open in another tab");
        await second.ClickAsync("button.primary");
        await Expect(ana.Page.Locator("h1")).ToHaveTextAsync("Rivet is open in another tab");
        await second.ClickAsync(".ch-line");
        await Expect(second.Locator("#composer")).ToHaveValueAsync("begun in the first");
        await second.PressAsync("#composer", "Enter");
        await site.Administrator.HasAsync("begun in the first");
        await ana.Page.ClickAsync("button.primary");
        await ana.Page.ClickAsync(".ch-line");
        await ana.SeesAsync("begun in the first");
        ana.Visit.AssertQuiet();
    }

    [Fact]
    public async Task Home_InTheBrowsersOwnStore_HoldsNothingReadable()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ada Admin");
        await ana.SayAsync("a very particular secret");
        await ana.SeesAsync("a very particular secret");
        await ana.SavedAsync();
        var stored = await ana.Page.EvaluateAsync<string>(
            """
            async () => {
              const database = await new Promise(resolve => { const opening = indexedDB.open('rivet-home-default'); opening.onsuccess = () => resolve(opening.result); });
              const transaction = database.transaction(['head', 'segments']);
              const all = await new Promise(resolve => { const request = transaction.objectStore('segments').getAll(); request.onsuccess = () => resolve(request.result); });
              const key = await new Promise(resolve => { const request = transaction.objectStore('head').get('key'); request.onsuccess = () => resolve(request.result); });
              const exported = await crypto.subtle.exportKey('raw', key).then(() => 'exported', error => error.name);
              return `${exported} ${all.length > 0} ${all.map(one => new TextDecoder().decode(one)).join('').includes('particular')} ${JSON.stringify({ ...localStorage })}`;
            }
            """);
        Assert.Equal("InvalidAccessError true false {}", stored);

        // A segment changed by another hand is noticed, said, and the home not used.
        await ana.Page.EvaluateAsync(
            """
            async () => {
              const database = await new Promise(resolve => { const opening = indexedDB.open('rivet-home-default'); opening.onsuccess = () => resolve(opening.result); });
              const store = database.transaction('segments', 'readwrite').objectStore('segments');
              const bytes = await new Promise(resolve => { const request = store.get(1); request.onsuccess = () => resolve(request.result); });
              bytes[20] ^= 1;
              await new Promise(resolve => { store.put(bytes, 1).onsuccess = resolve; });
            }
            """);
        await ana.Page.ReloadAsync();
        await Expect(ana.Page.Locator(".rv-door")).ToContainTextAsync("changed by another hand");
        await ana.Page.ClickAsync(".danger");
        await Expect(ana.Page.Locator("#invitation")).ToBeVisibleAsync();
    }
}
