using Microsoft.Playwright;

namespace Rivet.Browser.Tests;

/// <summary>One real Chromium for all tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        // Two cores that also run the servers: what takes a second alone may take ten here.
        Assertions.SetDefaultExpectTimeout(30_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RIVET_CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--headless=new", "--no-sandbox",
                // A service worker is not fetched over a certificate that is only excused.
                "--ignore-certificate-errors", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
            Timeout = 120_000,
        });
    }

    /// <summary>A browser profile of its own: cookies, language, appearance, size.</summary>
    public async Task<Visit> OpenAsync(string address, Action<BrowserNewContextOptions>? change = null)
    {
        var options = new BrowserNewContextOptions
        {
            BaseURL = address, IgnoreHTTPSErrors = true, Locale = "en-GB", ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new ViewportSize { Width = 1280, Height = 800 }, Permissions = ["clipboard-read", "clipboard-write"],
        };
        change?.Invoke(options);
        var context = await browser!.NewContextAsync(options);
        context.SetDefaultTimeout(60_000);
        context.SetDefaultNavigationTimeout(60_000);
        return new Visit(context, address);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.CloseAsync();
        }

        playwright?.Dispose();
    }
}

/// <summary>A browser profile, and everything its pages complained about or asked for.</summary>
public sealed class Visit(IBrowserContext context, string address) : IAsyncDisposable
{
    private readonly List<string> complaints = [];
    private readonly List<string> strangers = [];

    public IBrowserContext Context => context;

    /// <summary>Console errors, page errors and violated content policies.</summary>
    public IReadOnlyList<string> Complaints => [.. complaints];

    /// <summary>Requests to any other place than the server.</summary>
    public IReadOnlyList<string> Strangers => [.. strangers];

    public async Task<IPage> PageAsync(string path)
    {
        var page = await context.NewPageAsync();
        page.Console += (_, message) => Note(message.Type == "error", $"{page.Url}: {message.Text}");
        page.PageError += (_, error) => Note(true, $"{page.Url}: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address, StringComparison.Ordinal) && !request.Url.StartsWith("blob:" + address, StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                strangers.Add(request.Url);
            }
        };
        await page.GotoAsync(path);
        return page;
    }

    public void AssertQuiet()
    {
        Assert.Empty(Complaints);
        Assert.Empty(Strangers);
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();

    private void Note(bool wrong, string text)
    {
        if (wrong)
        {
            complaints.Add(text);
        }
    }
}
