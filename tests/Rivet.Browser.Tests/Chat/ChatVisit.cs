using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>A person at the chat in a browser profile of their own.</summary>
public sealed class ChatVisit(Visit visit, IPage page) : IAsyncDisposable
{
    public IPage Page => page;

    public Visit Visit => visit;

    public ILocator Composer => page.Locator("#composer");

    public ILocator Rows => page.Locator("#timeline .ch-row:not(.ch-pending)");

    /// <summary>Opens the chat and joins with an invitation.</summary>
    public static async Task<ChatVisit> JoinAsync(Chromium chromium, string address, string invitation, string person, Action<BrowserNewContextOptions>? change = null)
    {
        var visit = await chromium.OpenAsync(address, change);
        var page = await visit.PageAsync("/chat/");
        await page.FillAsync("#invitation", invitation);
        await page.FillAsync("#person", person);
        await page.ClickAsync("form button[type=submit]");
        await Expect(page.Locator(".ch-app")).ToBeVisibleAsync();
        return new ChatVisit(visit, page);
    }

    /// <summary>Opens a new conversation with the people of these names.</summary>
    public async Task FoundAsync(string? title, params string[] people)
    {
        await page.ClickAsync(".ch-list > header button:last-of-type");
        foreach (var person in people)
        {
            await page.Locator(".ch-people label", new PageLocatorOptions { HasText = person }).ClickAsync();
        }

        if (title is not null)
        {
            await page.FillAsync("#group-title", title);
        }

        await page.ClickAsync(".ch-dialog button[type=submit]");
        await StandsInAsync(title ?? people[0]);
    }

    public async Task ChooseAsync(string name)
    {
        await page.Locator(".ch-line", new PageLocatorOptions { HasText = name }).ClickAsync();
        await StandsInAsync(name);
    }

    /// <summary>Waits until the conversation of a name is open: before that, what one types goes into another one.</summary>
    private Task StandsInAsync(string name) => Expect(page.Locator(".ch-conversation h1")).ToHaveTextAsync(name);

    public async Task SayAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    public Task SeesAsync(string text) => Expect(Rows.Filter(new LocatorFilterOptions { HasText = text })).ToHaveCountAsync(1);

    /// <summary>Waits until what was typed or received is on the disk, as the page says.</summary>
    public Task SavedAsync() => Expect(page.Locator(".ch-app[data-saved=true]")).ToBeVisibleAsync();

    /// <summary>Presses one of a message's own buttons.</summary>
    public async Task ActAsync(string text, string action)
    {
        var row = Rows.Filter(new LocatorFilterOptions { HasText = text });
        await row.HoverAsync();
        await row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = action, Exact = true }).ClickAsync();
    }

    /// <summary>Chooses files and waits until they are stored.</summary>
    public async Task AttachAsync(params FilePayload[] files)
    {
        await page.SetInputFilesAsync(".ch-attach input", files);
        await Expect(page.Locator(".ch-attached", new PageLocatorOptions { HasText = "Ready to send" })).ToHaveCountAsync(files.Length);
    }

    /// <summary>Where the links of the messages lead.</summary>
    public Task<string[]> LinksAsync() => page.EvaluateAsync<string[]>("[...document.querySelectorAll('.body a')].map(link => link.href)");

    public ValueTask DisposeAsync() => visit.DisposeAsync();
}
