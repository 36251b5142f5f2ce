using Microsoft.Playwright;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>A long conversation: a part of it is on the page, and moves as one scrolls.</summary>
[Collection("browser")]
public sealed class ScrollTests(Chromium chromium)
{
    private const int Messages = 500;

    [Fact]
    public async Task Scroll_ToTheBeginningAndBack_ShowsEveryMessageAndKeepsItsPlace()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        var limits = new MessageLimits { MessagesPerMinute = 6_000, FileMebibytesPerDay = 2_048, ConversationsPerDay = 200 };
        Assert.True((await site.Administrator.LimitMessagesAsync(limits, TestContext.Current.CancellationToken)).IsOk);
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ada Admin");
        await ana.SayAsync("Begin");
        await site.Administrator.HasAsync("Begin");
        var id = EntityId.Read<ConversationId>(site.Administrator.Conversations().Single().ConversationId.Span);
        for (var at = 1; at < Messages; at++)
        {
            site.Administrator.Queue(id, Composer.Post($"Message {at}.", 0, [], []));
        }

        await ana.SeesAsync($"Message {Messages - 1}.");
        Assert.InRange(await ana.Rows.CountAsync(), 20, 120);

        // Up to the beginning: what was seen is whole, and each step leaves the row under the reader's eyes where it was.
        var seen = new SortedSet<int>();
        while (await ana.Rows.Filter(new LocatorFilterOptions { HasText = "Begin" }).CountAsync() == 0)
        {
            var shown = (await ana.Page.EvaluateAsync<int[]>("[...document.querySelectorAll('#timeline .ch-row')].map(row => +(row.innerText.match(/Message (\\d+)\\./)?.[1] ?? 0))")).Where(one => one > 0).ToArray();
            Assert.Equal(Enumerable.Range(shown[0], shown.Length), shown);
            seen.UnionWith(shown);
            Assert.InRange(await ScrollUpAsync(ana.Page), -2, 2);
        }

        Assert.Equal(Messages - 1, seen.Count + Enumerable.Range(1, seen.Min - 1).Count());
        await Expect(ana.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Newest messages" })).ToBeVisibleAsync();

        // What comes meanwhile moves nothing, and one press leads to it.
        await site.Administrator.SendAsync(id, Composer.Post("News", 0, [], []), TestContext.Current.CancellationToken);
        await Expect(ana.Page.Locator(".ch-line .preview")).ToHaveTextAsync("News");
        await Expect(ana.Rows.Filter(new LocatorFilterOptions { HasText = "Begin" })).ToBeVisibleAsync();
        await ana.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Newest messages" }).ClickAsync();
        await Expect(ana.Rows.Last).ToContainTextAsync("News");
        await Expect(ana.Rows.Last).ToBeInViewportAsync();

        // By the keyboard: from message to message, then into a message's own buttons.
        await ana.Page.Locator("#timeline").FocusAsync();
        await ana.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(ana.Rows.Last).ToBeFocusedAsync();
        await ana.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(ana.Rows.Nth(-2)).ToBeFocusedAsync();
        await ana.Page.Keyboard.PressAsync("Tab");
        await Expect(ana.Rows.Nth(-2).GetByRole(AriaRole.Button).First).ToBeFocusedAsync();
        ana.Visit.AssertQuiet();
    }

    /// <summary>Scrolls to the top of what is on the page; gives how far the row in sight moved by what was put above it.</summary>
    private static Task<double> ScrollUpAsync(IPage page) => page.EvaluateAsync<double>(
        """
        async () => {
          const list = document.querySelector('#timeline');
          list.scrollTop = 100;
          const top = list.getBoundingClientRect().top;
          const row = [...list.querySelectorAll('.ch-row')].find(one => one.getBoundingClientRect().bottom > top);
          const [before, sequence] = [row.getBoundingClientRect().top, row.dataset.sequence];
          await new Promise(done => setTimeout(done, 100));
          const after = list.querySelector(`.ch-row[data-sequence="${sequence}"]`);
          return after === null ? 1000 : after.getBoundingClientRect().top - before;
        }
        """);
}
