using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Deque.AxeCore.Playwright;
using Google.Protobuf;
using Microsoft.Playwright;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.MessageKeys;
using Rivet.Testing;
using Rivet.Wire;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>Messages sealed by a company's own keys in the chat: real browsers, a real key server over SoftHSM, and an installed client on the other side.</summary>
[Collection("browser")]
[SupportedOSPlatform("linux")]
public sealed class SealedTests(Chromium chromium)
{
    private const string Plum = "the plum is in the attic 李子在阁楼";

    /// <summary>Keys live for a minute in these tests, and a server that is back is asked within another.</summary>
    private const float Patience = 150_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sealed_BetweenAnInstalledClientAndABrowser_IsReadWhileTheCompanySaysSo()
    {
        using var folder = new TempFolder();
        using var keys = new KeyServerProcess(folder, new SoftToken());
        await using var site = await ChatSite.StartAsync(chromium);
        await StartAsync(keys, site);
        await using var bo = await site.JoinAsync("Bo Reed");
        await using var cui = await site.JoinAsync("崔灿", options => (options.Locale, options.ColorScheme) = ("zh-CN", ColorScheme.Dark));
        await site.Administrator.CaughtUpAsync(TimeSpan.FromSeconds(30), Ct);
        await bo.FoundAsync("Plan", "崔灿", "Ada Admin");
        await bo.SayAsync("from before");
        await site.Administrator.HasAsync("from before");
        await RequireAsync(keys, site);
        Assert.Equal("Ada", (await site.Administrator.EnrolKeysAsync(await LinkAsync(keys, "Ada"), Ct)).Value);
        var group = site.Administrator.IdOf("Plan");
        Assert.True((await site.Administrator.SendAsync(group, Composer.Post(Plum, 0, [], []), Ct)).IsOk);

        // Not enrolled: the line is honest, and nothing leaves in clear.
        await bo.SeesAsync("this browser is not enrolled");
        await bo.SayAsync("in clear");
        await Expect(bo.Page.Locator(".ch-pending .ch-problem")).ToContainTextAsync("this browser is not enrolled with its key server");
        await bo.Page.ClickAsync(".ch-pending .rv-actions button");
        await cui.ChooseAsync("Plan");
        await cui.SeesAsync("此浏览器也未登记");
        await PictureAsync(cui, "unenrolled-zh");

        // The page was opened before the company named its key server; the policy of a new one names it.
        await bo.Page.ReloadAsync();
        await bo.ChooseAsync("Plan");
        await EnrolAsync(bo, (await LinkAsync(keys, "Bo")) with { Code = InvitationCode.Create() });
        await Expect(bo.Page.Locator(".ch-dialog .ch-problem")).ToContainTextAsync("does not take this code");
        await PictureAsync(bo, "refused-en");
        await EnrolAsync(bo, (await LinkAsync(keys, "Bo")) with { Pin = new byte[CertificatePin.Size] });
        await Expect(bo.Page.Locator(".ch-dialog .ch-problem")).ToContainTextAsync("does not sign with the key that your code names");
        await EnrolAsync(bo, (await LinkAsync(keys, "Bo")) with { Host = "elsewhere.example" });
        await Expect(bo.Page.Locator(".ch-dialog .ch-problem")).ToContainTextAsync("Nothing was asked");
        await EnrolAsync(bo, await LinkAsync(keys, "Bo"));
        await Expect(bo.Page.Locator(".ch-company-keys[data-state=Ready]")).ToBeVisibleAsync();
        await PictureAsync(bo, "enrolled-en");
        await bo.Page.Keyboard.PressAsync("Escape");

        // Both ways, an edit and a file.
        await bo.SeesAsync(Plum);
        await bo.SayAsync("the crimson ledger");
        await OpenedAsync(site.Administrator, group, "the crimson ledger");
        await bo.ActAsync("the crimson ledger", "Edit");
        await bo.SayAsync("the scarlet ledger");
        await OpenedAsync(site.Administrator, group, "the scarlet ledger");
        var content = new byte[300_000];
        Random.Shared.NextBytes(content);
        await bo.AttachAsync(new FilePayload { Name = "vermilion.bin", MimeType = "application/octet-stream", Buffer = content });
        await bo.SayAsync("see the file");
        var post = await OpenedAsync(site.Administrator, group, "see the file");
        Assert.Equal("vermilion.bin", post.Attachments.Single().Name);
        using var read = new MemoryStream();
        var fetched = await site.Administrator.GetFileAsync(group, EntityId.Read<FileId>(post.Attachments[0].FileId.Span), read, Ct);
        Assert.Equal("", fetched.TryGet(out _, out var refusal) ? "" : refusal.Reason);
        Assert.Equal(content, read.ToArray());
        string[] secrets = [Plum, "crimson", "scarlet", "see the file", "vermilion"];
        var entries = site.Administrator.Entries(group, 1, 100);
        Assert.All(entries, entry => Assert.DoesNotContain(secrets, secret => entry.ToByteArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)) >= 0));
        Assert.Equal(4, entries.Count(entry => Timeline.Read(entry) is { Post.Body.Opaque.Scheme: "rivet-company-1" } or { Edit.Body.Opaque.Scheme: "rivet-company-1" }));

        // The company says no: within the time of its keys what was read closes and says why; what is written waits.
        await keys.DoAsync(Ct, "kill");
        await Expect(bo.Page.Locator(".ch-closed", new PageLocatorOptions { HasText = "Your company has stopped giving its keys" })).ToHaveCountAsync(3, new LocatorAssertionsToHaveCountOptions { Timeout = 75_000 });
        await Expect(bo.Page.Locator("#timeline")).Not.ToContainTextAsync(Plum);
        await bo.SayAsync("while stopped");
        await Expect(bo.Page.Locator(".ch-pending")).ToContainTextAsync("while stopped");
        await keys.DoAsync(Ct, "restore");
        await Expect(bo.Page.Locator("#timeline")).ToContainTextAsync(Plum, new LocatorAssertionsToContainTextOptions { Timeout = Patience });
        await OpenedAsync(site.Administrator, group, "while stopped");

        // The key server is gone, and so is the page that had its keys: none was kept.
        await bo.SavedAsync();
        keys.Kill();
        await bo.Page.ReloadAsync();
        await bo.ChooseAsync("Plan");
        await Expect(bo.Page.Locator(".ch-closed", new PageLocatorOptions { HasText = "key server does not answer" })).ToHaveCountAsync(4);
        await Expect(bo.Page.Locator("#timeline")).Not.ToContainTextAsync(Plum);
        await StartAsync(keys, site);
        await Expect(bo.Page.Locator("#timeline")).ToContainTextAsync(Plum, new LocatorAssertionsToContainTextOptions { Timeout = Patience });

        // Another browser enrols in its own language; the first one leaves.
        await cui.Page.ReloadAsync();
        await cui.ChooseAsync("Plan");
        await EnrolAsync(cui, await LinkAsync(keys, "Cui"));
        await Expect(cui.Page.Locator(".ch-company-keys[data-state=Ready]")).ToBeVisibleAsync();
        await PictureAsync(cui, "enrolled-zh");
        await cui.Page.Keyboard.PressAsync("Escape");
        await cui.SeesAsync(Plum);
        await OpenDialogAsync(bo);
        await bo.Page.ClickAsync(".ch-dialog .ch-form button");
        await bo.Page.ClickAsync(".ch-dialog .ch-ask .danger");
        await Expect(bo.Page.Locator("#keys-code")).ToBeVisibleAsync();
        await PictureAsync(bo, "left-en");
        await bo.Page.Keyboard.PressAsync("Escape");
        await Expect(bo.Page.Locator(".ch-closed", new PageLocatorOptions { HasText = "this browser is not enrolled" })).ToHaveCountAsync(4);
        await Expect(bo.Page.Locator("#timeline")).Not.ToContainTextAsync(Plum);

        foreach (var visit in (Visit[])[bo.Visit, cui.Visit])
        {
            Assert.DoesNotContain(visit.Complaints, complaint => complaint.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase));
            Assert.All(visit.Strangers, url => Assert.StartsWith($"https://localhost:{keys.PeoplePort}/rivet/message-keys/v1/", url, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Policy_OfThePage_NamesTheKeyServerAloneAndOnlyWhileTheCompanyDoes()
    {
        using var folder = new TempFolder();
        using var keys = new KeyServerProcess(folder, new SoftToken());
        await using var site = await ChatSite.StartAsync(chromium);
        Assert.Equal("connect-src 'self'", await ConnectAsync(site, "/chat/"));
        await StartAsync(keys, site);
        await RequireAsync(keys, site);
        Assert.Equal($"connect-src 'self' https://localhost:{keys.PeoplePort}", await ConnectAsync(site, "/chat/"));
        Assert.Equal("connect-src 'self'", await ConnectAsync(site, "/chat/service-worker.js"));
        Assert.Equal("connect-src 'self'", await ConnectAsync(site, "/signin"));

        // What the policy does not name cannot be asked, even by the page itself; what it names, can.
        await using var visit = await chromium.OpenAsync(site.Site.Address);
        var page = await visit.PageAsync("/chat/");
        const string Ask = "async address => { try { await fetch(address, { method: 'POST', headers: { authorization: 'x' } }); return 'answered'; } catch { return 'refused'; } }";
        Assert.Equal("answered", await page.EvaluateAsync<string>(Ask, $"https://localhost:{keys.PeoplePort}{KeyServerApi.KeysPath}"));
        Assert.Equal("refused", await page.EvaluateAsync<string>(Ask, $"https://127.0.0.1:{keys.PeoplePort}{KeyServerApi.KeysPath}"));
        Assert.Contains(visit.Complaints, complaint => complaint.Contains("Content Security Policy", StringComparison.Ordinal));

        // A key server that was not told of this page is asked in vain.
        keys.Kill();
        await keys.StartForPeopleAsync(Ct, "--origin", "https://chat.example.com");
        Assert.Equal("refused", await page.EvaluateAsync<string>(Ask, $"https://localhost:{keys.PeoplePort}{KeyServerApi.KeysPath}"));
        Assert.True((await site.Administrator.ChangeSealingAsync(new CompanySealing(), Ct)).IsOk);
        Assert.Equal("connect-src 'self'", await ConnectAsync(site, "/chat/"));
    }

    private static async Task StartAsync(KeyServerProcess keys, ChatSite site)
    {
        if (keys.PeoplePort == 0)
        {
            await keys.InitAsync(Ct);
            await keys.DoAsync(Ct, "message-key", "rotate");
        }

        await keys.StartForPeopleAsync(Ct, "--key-minutes", "1", "--origin", new Uri(site.Site.Address).GetLeftPart(UriPartial.Authority));
    }

    private static async Task RequireAsync(KeyServerProcess keys, ChatSite site)
    {
        using var certificate = X509Certificate2.CreateFromPem(keys.Certificate);
        var sealing = new CompanySealing { Enabled = true, KeyServer = $"https://localhost:{keys.PeoplePort}", Pin = ByteString.CopyFrom(CertificatePin.Of(certificate)), Required = true };
        Assert.True((await site.Administrator.ChangeSealingAsync(sealing, Ct)).IsOk);
    }

    private static async Task<EnrolmentLink> LinkAsync(KeyServerProcess keys, string person)
        => EnrolmentLink.TryParse(await keys.AdmitAsync(person, Ct), out var link) ? link : throw new InvalidOperationException();

    private static async Task OpenDialogAsync(ChatVisit visit)
    {
        await visit.Page.ClickAsync(".ch-rail .foot");
        await visit.Page.Locator(".ch-dialog .ch-form button").ClickAsync();
    }

    /// <summary>Types a code into the dialog, opened if it is not.</summary>
    private static async Task EnrolAsync(ChatVisit visit, EnrolmentLink link)
    {
        if (!await visit.Page.Locator("#keys-code").IsVisibleAsync())
        {
            await OpenDialogAsync(visit);
        }

        await visit.Page.FillAsync("#keys-code", link.Reveal());
        await visit.Page.ClickAsync(".ch-dialog button[type=submit]");
        await Expect(visit.Page.Locator(".ch-dialog button[type=submit][disabled]")).ToHaveCountAsync(0);
    }

    private static async Task PictureAsync(ChatVisit visit, string name)
    {
        var found = await visit.Page.RunAxe();
        Assert.Empty(found.Violations.Select(violation => $"{violation.Id}: {violation.Help}"));
        await visit.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, $"sealed-{name}.png") });
    }

    /// <summary>Waits until an installed client has opened exactly one post that says this.</summary>
    private static async Task<TimelineItem> OpenedAsync(RivetClient client, ConversationId conversation, string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromMilliseconds(Patience));
        while (true)
        {
            var seen = client.Changes;
            var timeline = client.TimelineOf(conversation);
            await client.OpenAsync(timeline);
            if (timeline.Items.SingleOrDefault(item => item.Text == text) is { } found)
            {
                Assert.Equal(SealState.Opened, found.Seal);
                return found;
            }

            await client.ChangedAsync(seen, limit.Token);
        }
    }

    /// <summary>The part of a response's policy that says whom it may ask.</summary>
    private static async Task<string> ConnectAsync(ChatSite site, string path)
    {
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
        using var answer = await http.GetAsync(new Uri(new Uri(site.Site.Address), path), Ct);
        Assert.True(answer.IsSuccessStatusCode, path);
        return answer.Headers.GetValues("Content-Security-Policy").Single().Split(';', StringSplitOptions.TrimEntries).Single(part => part.StartsWith("connect-src", StringComparison.Ordinal));
    }
}
