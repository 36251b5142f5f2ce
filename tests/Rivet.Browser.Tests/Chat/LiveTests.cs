using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>What people see of each other while they are connected.</summary>
[Collection("browser")]
public sealed class LiveTests(Chromium chromium)
{
    [Fact]
    public async Task Live_TwoBrowsersAndAnInstalledClient_SeeWhoIsHereWritesAndHasRead()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await using var wei = await site.JoinAsync("陈伟");
        await site.Administrator.CaughtUpAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // One to one: here, and read.
        await ana.FoundAsync(null, "陈伟");
        await Expect(ana.Page.Locator(".ch-here")).ToHaveTextAsync("Here now");
        await ana.SayAsync("Are you there?");
        await Expect(ana.Page.Locator(".ch-read")).ToHaveTextAsync("Not read yet");
        await wei.ChooseAsync("Ana Costa");
        await wei.SeesAsync("Are you there?");
        await Expect(ana.Page.Locator(".ch-read")).ToHaveTextAsync("Read by everyone");

        // Writing is seen, until it is written.
        await wei.Composer.PressSequentiallyAsync("Yes");
        await Expect(ana.Page.Locator(".ch-writing")).ToHaveTextAsync("陈伟 is writing…");
        await wei.Composer.PressAsync("Enter");
        await ana.SeesAsync("Yes");
        await Expect(ana.Page.Locator(".ch-writing")).ToBeEmptyAsync();

        // A group: one has read, the other has not; somebody at a terminal writes.
        await ana.FoundAsync("Design 设计", "陈伟", "Ada Admin");
        await ana.SayAsync("The plan");
        await wei.ChooseAsync("Design 设计");
        await wei.SeesAsync("The plan");
        await Expect(ana.Page.Locator(".ch-read")).ToHaveTextAsync("Read by 1 of 2");
        await ana.Page.ClickAsync(".ch-read");
        var pane = ana.Page.Locator(".ch-pane");
        await Expect(pane.Locator(".ch-members").First).ToHaveTextAsync("陈伟");
        await Expect(pane.Locator(".ch-members").Last).ToHaveTextAsync("Ada Admin");
        await site.Administrator.HasAsync("The plan");
        site.Administrator.ShowTyping(site.Administrator.IdOf("Design 设计"));
        await Expect(ana.Page.Locator(".ch-writing")).ToHaveTextAsync("Ada Admin is writing…");
        await Expect(wei.Page.Locator(".ch-writing")).ToHaveTextAsync("Ada Admin is writing…");
        ana.Visit.AssertQuiet();
        wei.Visit.AssertQuiet();
    }

    [Fact]
    public async Task Mention_WrittenInPart_IsCompletedByTheKeyboard()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ada Admin");
        await ana.Composer.PressSequentiallyAsync("请问@ad");
        var list = ana.Page.Locator(".ch-mentions li");
        await Expect(list).ToHaveCountAsync(1);
        await ana.Composer.PressAsync("Tab");
        await Expect(ana.Composer).ToHaveValueAsync("请问@ada.admin ");
        await Expect(list).ToHaveCountAsync(0);

        // Escape closes the list and nothing else; Enter then sends what is there.
        await ana.Composer.PressSequentiallyAsync("and @a");
        await Expect(list.Last).ToBeVisibleAsync();
        await ana.Composer.PressAsync("ArrowDown");
        await Expect(list.Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        await ana.Composer.PressAsync("Escape");
        await Expect(list).ToHaveCountAsync(0);
        await ana.Composer.PressAsync("Enter");
        await Expect(ana.Page.Locator(".ch-mention")).ToHaveTextAsync("@ada.admin");

        // An address is no mention.
        await ana.Composer.PressSequentiallyAsync("mail ana@ad");
        await Expect(ana.Composer).ToHaveValueAsync("mail ana@ad");
        await Expect(list).ToHaveCountAsync(0);
        ana.Visit.AssertQuiet();
    }
}
