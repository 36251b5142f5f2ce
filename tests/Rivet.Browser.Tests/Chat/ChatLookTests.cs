using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>
/// The chat in both appearances and languages, on a desk and on a phone: accessible (axe, WCAG 2.2 AA), quiet, and no wider than its
/// window. With RIVET_PICTURES=1 it leaves the pictures of the documentation.
/// </summary>
[Collection("browser")]
public sealed class ChatLookTests(Chromium chromium)
{
    private static readonly bool WantsPictures = Environment.GetEnvironmentVariable("RIVET_PICTURES") == "1";

    [Theory]
    [InlineData(ColorScheme.Light, "en-GB", 1280, "light-en")]
    [InlineData(ColorScheme.Dark, "zh-CN", 1280, "dark-zh")]
    [InlineData(ColorScheme.Light, "zh-CN", 390, "phone-light-zh")]
    public async Task Chat_EveryLook_IsAccessibleQuietAndFits(ColorScheme scheme, string locale, int width, string look)
    {
        await using var site = await ChatSite.StartAsync(chromium);
        var invitation = await site.InviteAsync("Ana Costa");
        var wei = await site.JoinInstalledAsync(await site.InviteAsync("陈伟"), "陈伟", "办公电脑");
        await using var closing = wei;
        await using var visit = await chromium.OpenAsync(site.Site.Address, options =>
        {
            (options.ColorScheme, options.Locale) = (scheme, locale);
            options.ViewportSize = new ViewportSize { Width = width, Height = width < 500 ? 844 : 800 };
        });
        var page = await visit.PageAsync("/chat/");
        await Expect(page.Locator("#invitation")).ToBeVisibleAsync();
        await CheckAsync(page, "chat-join", look);
        await page.FillAsync("#invitation", invitation);
        await page.ClickAsync("form button[type=submit]");
        await Expect(page.Locator(".ch-list")).ToBeVisibleAsync();
        await CheckAsync(page, "chat-empty", look);

        await TalkAsync(site.Administrator, wei);
        await page.Locator(".ch-line", new PageLocatorOptions { HasText = "Workshop 车间" }).ClickAsync();
        await Expect(page.Locator(".ch-rows")).ToContainTextAsync("明天上午十点");
        await Expect(page.Locator(".ch-file img")).ToBeVisibleAsync();
        await CheckAsync(page, "chat", look);

        await page.ClickAsync(".ch-replies");
        await Expect(page.Locator("#thread .ch-row")).ToHaveCountAsync(3);
        await CheckAsync(page, "chat-thread", look);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.Locator("dialog[open]")).ToBeVisibleAsync();
        await CheckAsync(page, "chat-find", look);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#composer")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("@");
        await Expect(page.Locator(".ch-mentions li")).ToHaveCountAsync(3);
        await CheckAsync(page, "chat-mention", look);
        visit.AssertQuiet();
    }

    private async Task CheckAsync(IPage page, string name, string look)
    {
        await page.EvaluateAsync("document.fonts.ready.then(() => true)");
        if (WantsPictures)
        {
            await page.ScreenshotAsync(new PageScreenshotOptions
            {
                Path = Path.Combine(Fixtures.RepositoryRoot(), "docs", "pictures", $"{name}-{look}.png"), Animations = ScreenshotAnimations.Disabled,
            });
        }

        var found = await page.RunAxe();
        Assert.True(found.Violations.Length == 0, $"{name} {look}: " + string.Join("; ", found.Violations.Select(
            violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => $"{node.Html} {string.Join(',', node.Any.Select(any => any.Message))}"))}")));
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"), $"{name} {look} is wider than its window");
    }

    /// <summary>A small company at work, in two languages.</summary>
    private static async Task TalkAsync(RivetClient ada, RivetClient wei)
    {
        var ct = TestContext.Current.CancellationToken;
        ada.RefreshPeople();
        for (var seen = ada.Changes; ada.People().Count < 3; seen = await ada.ChangedAsync(seen, ct))
        {
            // What changes between the look and the wait ends the wait.
        }

        PersonId Of(string name) => EntityId.Read<PersonId>(ada.People().Single(person => person.Name == name).PersonId.Span);
        var made = await ada.CreateConversationAsync(ConversationKind.Group, "Workshop 车间", [Of("Ana Costa"), Of("陈伟")], ct);
        var group = EntityId.Read<ConversationId>(made.Value.Conversation.ConversationId.Span);
        await ada.CreateConversationAsync(ConversationKind.Direct, "", [Of("Ana Costa")], ct);
        var first = await ada.SendAsync(group, Composer.Post("Morning! The new **copper sheets** are in. Please check the thickness before we cut:\n- 0.8 mm for the housings\n- 1.2 mm for the base plates", 0, [], []), ct);
        await wei.SendAsync(group, Composer.Post("收到。我十分钟后去量，结果发在这里。", 0, [], []), ct);
        await wei.SendAsync(group, Composer.React(first.Value.Sequence, "👍", removed: false), ct);
        await ada.SendAsync(group, Composer.Post("Which gauge do you use?", first.Value.Sequence, [], []), ct);
        await wei.SendAsync(group, Composer.Post("用那把数显卡尺，`0.01 mm`。", first.Value.Sequence, [], []), ct);
        using var picture = new MemoryStream(Pictures.Png(64, 48));
        var stored = await wei.PutFileAsync(group, "样品.png", "image/png", picture, null, ct);
        await wei.SendAsync(group, Composer.Post("样品：", 0, [], [stored.Value]), ct);
        await ada.SendAsync(group, Composer.Post("Thank you. @ana.costa can you book the saw for tomorrow? 明天上午十点", 0, ada.People(), []), ct);
    }
}
