using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Rivet.Bench.Web;

/// <summary>The page of <c>tests/Rivet.Testing.Web</c> as it was published, laid over a path of the server's own address.</summary>
internal sealed class PublishedPage : IAsyncDisposable
{
    private const string Path = "/link-in-a-browser/";

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly IPage page;
    private readonly string server;

    private PublishedPage(IPlaywright playwright, IBrowser browser, IPage page, string server)
        => (this.playwright, this.browser, this.page, this.server) = (playwright, browser, page, server);

    /// <summary>What a browser loads once, as Brotli.</summary>
    public double DownloadKilobytes { get; } = Kilobytes("*.br");

    /// <summary>Of that, what every program in WebAssembly loads: the runtime and its core library.</summary>
    public double EmptyKilobytes { get; } = Kilobytes("dotnet*.br") + Kilobytes("System.Private.CoreLib*.br");

    public static async Task<PublishedPage> OpenAsync(int port)
    {
        var server = string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("RIVET_CHROMIUM") ?? "/usr/bin/chromium",
            Args = ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
            Timeout = 120_000,
        });
        var context = await browser.NewContextAsync(new() { IgnoreHTTPSErrors = true });
        await context.GrantPermissionsAsync(["local-network-access"], new() { Origin = server });
        await context.RouteAsync($"**{Path}**", route => route.FulfillAsync(new()
        {
            Path = System.IO.Path.Combine(Folder(), new Uri(route.Request.Url).AbsolutePath[Path.Length..]),
            ContentType = route.Request.Url.EndsWith(".wasm", StringComparison.Ordinal) ? "application/wasm"
                : route.Request.Url.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript"
                : "text/html",
        }));
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{server}{Path}index.html");
        await page.WaitForFunctionAsync("() => globalThis.rivet !== undefined", null, new() { Timeout = 120_000 });
        return new PublishedPage(playwright, browser, page, server);
    }

    /// <summary>Joins, or signs in where nobody is named.</summary>
    public async Task ConnectAsync(string invitation, string person, bool managedKem = false)
    {
        var said = await page.EvaluateAsync<string>("a => rivet.ConnectAsync(...a)", new object[] { server, invitation, person, managedKem });
        if (JsonDocument.Parse(said).RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidOperationException($"The browser did not get in: {said}");
        }
    }

    /// <summary>Milliseconds of a full sign-in, TLS and WebSocket with it, as at first contact.</summary>
    public async Task<double> SignInAsync(string invitation, bool managedKem)
    {
        await page.EvaluateAsync("() => rivet.ForgetAsync()");
        var began = Stopwatch.GetTimestamp();
        await ConnectAsync(invitation, "", managedKem);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>Milliseconds of one message there and back, on the link.</summary>
    public Task<double> EchoAsync(int size, int count) => page.EvaluateAsync<double>("a => rivet.EchoAsync(...a)", new object[] { size, count });

    /// <summary>Microseconds of one use of a primitive.</summary>
    public Task<double> MeasureAsync(string primitive, int size, int count)
        => page.EvaluateAsync<double>("a => rivet.MeasureAsync(...a)", new object[] { primitive, size, count });

    /// <summary>Milliseconds of one message there and back, on a bare WebSocket and by script alone.</summary>
    public Task<double> EchoBareAsync(int port, int size, int count) => page.EvaluateAsync<double>(
        """
        async ([port, size, count]) => {
          const socket = new WebSocket(`wss://localhost:${port}/`);
          socket.binaryType = 'arraybuffer';
          await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
          const began = performance.now();
          for (let at = 0; at < count; at++) {
            const answer = new Promise(resolve => { socket.onmessage = resolve; });
            socket.send(crypto.getRandomValues(new Uint8Array(size)));
            await answer;
          }
          const took = (performance.now() - began) / count;
          socket.close();
          return took;
        }
        """,
        new object[] { port, size, count });

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Rivet.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The benchmark runs outside the repository.");
        }

        return System.IO.Path.Combine(folder.FullName, "artifacts/publish/Rivet.Testing.Web/release/wwwroot");
    }

    private static double Kilobytes(string pattern)
        => new DirectoryInfo(Folder()).EnumerateFiles(pattern, SearchOption.AllDirectories).Sum(file => file.Length) / 1024.0;
}
