using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Rivet.Testing;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>Makes the pictures of the documentation, only when RIVET_PICTURES is set.</summary>
[Collection("browser")]
public sealed class PictureTests(Chromium chromium)
{
    private static string Folder => Path.Combine(Fixtures.RepositoryRoot(), "docs", "pictures");

    [Fact]
    public async Task Pictures_Wanted_AreMade()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("RIVET_PICTURES") == "1", "pictures are made only with RIVET_PICTURES=1");
        Directory.CreateDirectory(Folder);
        await using var site = Site.Start();
        await using var english = await chromium.OpenAsync(site.Address);
        var page = await english.PageAsync("/setup");
        await ShootAsync(page, "setup-light-en");
        var command = await site.SetUpAsync(page);
        await ShootAsync(page, "setup-done-light-en");
        await site.JoinAsync(command, "Ana Costa", "Ana's desk");
        await page.GotoAsync("/people");
        foreach (var (person, device) in new[] { ("陈伟", "办公电脑"), ("Bruno Dias", "Laptop"), ("Mei Lin", "Workshop"), ("李娜", "李娜的笔记本"), ("Tomás Reyes", "Bench 2") })
        {
            await page.ClickAsync(".rv-title .primary");
            await page.FillAsync("#invite-name", person);
            await page.ClickAsync(".mud-dialog-actions .primary");
            var invitation = await page.Locator(".mud-dialog .rv-copy .text").InnerTextAsync();
            await page.ClickAsync(".mud-dialog-actions .primary");
            await Expect(page.Locator(".mud-dialog")).ToBeHiddenAsync();
            await site.JoinAsync(invitation, person, device);
        }

        await Expect(page.Locator("tbody tr:has-text('Tomás')")).ToContainTextAsync("Connected");
        await ShootAsync(page, "people-light-en");
        await page.ClickAsync(".rv-title .primary");
        await Expect(page.Locator("#invite-name")).ToBeVisibleAsync();
        await ShootAsync(page, "invite-light-en");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("tbody a:has-text('Bruno')");
        await Expect(page.Locator(".rv-side")).ToBeVisibleAsync();
        await ShootAsync(page, "person-light-en");
        await LetInAsync(page, site, "shop", "365", ["orders", "receipts"]);
        await LetInAsync(page, site, "结算系统", "12", ["settlement-2026"]);
        await page.GotoAsync("/signin");
        await ShootAsync(page, "signin-light-en");
        var state = await english.Context.StorageStateAsync();

        foreach (var (scheme, locale, width, name) in new[]
        {
            (ColorScheme.Light, "en-GB", 1280, "light-en"), (ColorScheme.Dark, "zh-CN", 1280, "dark-zh"), (ColorScheme.Dark, "en-GB", 390, "phone-dark-en"),
        })
        {
            await using var visit = await chromium.OpenAsync(site.Address, options =>
            {
                (options.ColorScheme, options.Locale, options.StorageState) = (scheme, locale, state);
                options.ViewportSize = new ViewportSize { Width = width, Height = width == 390 ? 844 : 800 };
            });
            foreach (var path in new[] { "/people", "/status", "/log", "/log/board?period=24h", "/welcome", "/settings/mail", "/settings/keys", "/settings/transit" })
            {
                var other = await visit.PageAsync(path);
                await Expect(other.Locator(path.StartsWith("/log/", StringComparison.Ordinal) ? ".rv-board[aria-busy=false]" : "[aria-busy=false]").First).ToBeVisibleAsync();
                if (path == "/status")
                {
                    await Expect(other.Locator(".rv-spark").First).ToBeVisibleAsync();
                }
                else if (path == "/settings/transit")
                {
                    await Expect(other.Locator(".rv-transit-keys")).ToBeVisibleAsync();
                }
                else if (path == "/people")
                {
                    await Expect(other.Locator("tbody tr", new() { HasText = "Ana" })).ToBeVisibleAsync();
                }

                await ShootAsync(other, $"{path[1..].Split('?')[0].Replace('/', '-')}-{name}");
            }
        }
    }

    /// <summary>Adds an application that makes keys and encrypts with them.</summary>
    private static async Task LetInAsync(IPage page, Site site, string name, string days, string[] keys)
    {
        await page.GotoAsync("/settings/transit");
        await page.ClickAsync(".rv-transit .primary");
        await page.FillAsync("#transit-name", name);
        await page.FillAsync("#transit-days", days);
        await page.ClickAsync(".mud-dialog-actions .primary");
        using var program = new OutsideProgram(site.Address, await page.Locator(".mud-dialog .rv-copy .text").First.InnerTextAsync());
        foreach (var key in keys)
        {
            await program.AskAsync(HttpMethod.Post, $"/v1/transit/keys/{key}");
            await program.AskAsync(HttpMethod.Post, $"/v1/transit/encrypt/{key}", new JsonObject { ["plaintext"] = "aGk=" });
        }
    }

    private static async Task ShootAsync(IPage page, string name)
    {
        await page.EvaluateAsync("document.fonts.ready.then(() => true)");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
    }
}
