using System.Text.Json;
using Microsoft.Playwright;
using Rivet.Testing;

namespace Rivet.Browser.Tests;

/// <summary>The page of <c>Rivet.Testing.Web</c>, laid over a path of a real server's own address.</summary>
public sealed class LinkPage
{
    private const string Path = "/link-in-a-browser/";
    private const string Content = "_content/Rivet.Cryptography.WebCrypto/";

    private static readonly string Root = Fixtures.RepositoryRoot();
    private readonly IPage page;
    private readonly string server;

    private LinkPage(IPage page, string server) => (this.page, this.server) = (page, server);

    public IPage Page => page;

    /// <summary>Opens it in a visit, over that address.</summary>
    public static async Task<LinkPage> OpenAsync(Visit visit, string server)
    {
        // A page that the test lays over the server has no address of its own, so reaching the server counts as leaving the internet.
        await visit.Context.GrantPermissionsAsync(["local-network-access"], new() { Origin = server });
        await visit.Context.RouteAsync($"**{Path}**", async route =>
        {
            var file = FileOf(new Uri(route.Request.Url).AbsolutePath[Path.Length..]);
            await route.FulfillAsync(file is null ? new() { Status = 404 } : new() { Path = file, ContentType = TypeOf(file) });
        });
        var page = new LinkPage(await visit.PageAsync(Path + "index.html"), server);
        await page.LoadedAsync();
        return page;
    }

    /// <summary>Forgets everything but what the browser keeps.</summary>
    public async Task ReloadAsync()
    {
        await page.ReloadAsync();
        await LoadedAsync();
    }

    /// <summary>Joins, or signs in where nobody is named; gives what the link is, or as a string why there is none.</summary>
    public async Task<JsonElement> ConnectAsync(string invitation, string person = "", bool managedKem = false)
        => Parse(await page.EvaluateAsync<string>("a => rivet.ConnectAsync(...a)", new object[] { server, invitation, person, managedKem }));

    /// <summary>Messages there and back, one after the other; the page compares the bytes, and fails when others come.</summary>
    public Task EchoAsync(int size, int count) => page.EvaluateAsync("a => rivet.EchoAsync(...a)", new object[] { size, count });

    /// <summary>Judges a file of Project Wycheproof's vectors; the numbers of those that came out wrong, and how many did not.</summary>
    public async Task<(int Right, int[] Wrong)> JudgeAsync(string primitive, string vectors)
    {
        var judged = Parse(await page.EvaluateAsync<string>("a => rivet.JudgeAsync(...a)", new object[] { primitive, vectors }));
        return (judged.GetProperty("Right").GetInt32(), [.. judged.GetProperty("Wrong").EnumerateArray().Select(number => number.GetInt32())]);
    }

    private Task LoadedAsync() => page.WaitForFunctionAsync("() => globalThis.rivet !== undefined");

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    /// <summary>Where the build left what the page asks for; null for nothing.</summary>
    private static string? FileOf(string path)
    {
        string[] places = path.StartsWith(Content, StringComparison.Ordinal)
            ? [System.IO.Path.Combine(Root, "src/foundation/Rivet.Cryptography.WebCrypto/wwwroot", path[Content.Length..])]
            : [System.IO.Path.Combine(Root, "tests/Rivet.Testing.Web/wwwroot", path), System.IO.Path.Combine(Root, "artifacts/bin/Rivet.Testing.Web/release/wwwroot", path)];
        return places.FirstOrDefault(File.Exists);
    }

    private static string TypeOf(string file) => System.IO.Path.GetExtension(file) switch
    {
        ".html" => "text/html",
        ".js" => "text/javascript",
        ".wasm" => "application/wasm",
        ".json" => "application/json",
        _ => "application/octet-stream",
    };
}
