using System.Globalization;
using Microsoft.Playwright;

namespace Rivet.Bench.Day1;

/// <summary>People at the published chat, each with a browser profile of their own.</summary>
internal sealed class ChatPages : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly string server;

    private ChatPages(IPlaywright playwright, IBrowser browser, string server)
        => (this.playwright, this.browser, this.server) = (playwright, browser, server);

    public static async Task<ChatPages> OpenAsync(int port)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RIVET_CHROMIUM") ?? "/usr/bin/chromium",
            // Service workers are registered only from an address the browser trusts: the test server's certificate is its own.
            Args = ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--ignore-certificate-errors"],
            Timeout = 120_000,
        });
        return new ChatPages(playwright, browser, string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}"));
    }

    /// <summary>A new profile, at the chat's door.</summary>
    public async Task<IPage> VisitAsync()
    {
        var page = await PageAsync(ServiceWorkerPolicy.Allow);
        await GoAsync(page);
        await page.WaitForSelectorAsync("#invitation");
        return page;
    }

    /// <summary>The same, with the bytes that came over the wire for it: without a service worker, whose loads a page does not count.</summary>
    public async Task<(IPage Page, long Bytes)> CountedVisitAsync()
    {
        var page = await PageAsync(ServiceWorkerPolicy.Block);
        var context = page.Context;
        var wire = await context.NewCDPSessionAsync(page);
        long bytes = 0;
        wire.Event("Network.loadingFinished").OnEvent += (_, finished) => bytes += (long)finished!.Value.GetProperty("encodedDataLength").GetDouble();
        await wire.SendAsync("Network.enable");
        await GoAsync(page);
        await page.WaitForSelectorAsync("#invitation");
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        return (page, bytes);
    }

    private async Task<IPage> PageAsync(ServiceWorkerPolicy workers)
    {
        var context = await browser.NewContextAsync(new()
        {
            IgnoreHTTPSErrors = true, Locale = "en-GB", ViewportSize = new() { Width = 1280, Height = 800 }, ServiceWorkers = workers,
        });
        context.SetDefaultTimeout(120_000);
        return await context.NewPageAsync();
    }

    public Task GoAsync(IPage page) => page.GotoAsync($"{server}/chat/", new() { WaitUntil = WaitUntilState.Commit });

    public static async Task JoinAsync(IPage page, string invitation, string person)
    {
        await page.FillAsync("#invitation", invitation);
        await page.FillAsync("#person", person);
        await page.ClickAsync("form button[type=submit]");
        await page.WaitForSelectorAsync(".ch-app");
    }

    public static async Task ChooseAsync(IPage page, string name)
    {
        await page.Locator(".ch-line", new() { HasText = name }).ClickAsync();
        await page.WaitForSelectorAsync("#composer");
    }

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }
}
