using Microsoft.Playwright;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>The chat in real browsers: people talk to each other and to an installed client.</summary>
[Collection("browser")]
public sealed class TalkTests(Chromium chromium)
{
    [Fact]
    public async Task Talk_TwoBrowsersAndAnInstalledClient_EveryKindOfEntryArrives()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await using var wei = await site.JoinAsync("陈伟");
        await site.Administrator.CaughtUpAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await ana.FoundAsync("Design 设计", "陈伟", "Ada Admin");
        await ana.SayAsync("Good morning 早上好, **all** of you");
        await ana.SeesAsync("Good morning 早上好, all of you");
        await wei.ChooseAsync("Design 设计");
        await wei.SeesAsync("Good morning 早上好, all of you");
        await Expect(wei.Rows.First.Locator("strong")).ToHaveTextAsync("all");

        // To and from an installed client.
        var (id, conversation) = await FoundByAsync(site.Administrator, "Design 设计");
        await site.Administrator.SendAsync(id, Composer.Post("Hello @ana.costa from a terminal", 0, site.Administrator.People(), []), TestContext.Current.CancellationToken);
        await ana.SeesAsync("from a terminal");
        await Expect(ana.Page.Locator(".ch-mention")).ToHaveTextAsync("@ana.costa");
        Assert.Contains(site.Administrator.TimelineOf(id).Items, item => item.Text == "Good morning 早上好, **all** of you");

        // Changed, answered, reacted to, taken back.
        await ana.Composer.PressAsync("ArrowUp");
        await Expect(ana.Composer).ToHaveValueAsync("Good morning 早上好, **all** of you");
        await ana.SayAsync("Good evening, all of you");
        await wei.SeesAsync("Good evening, all of you");
        await Expect(wei.Page.Locator(".ch-edited").First).ToHaveTextAsync("edited");
        await wei.ActAsync("Good evening", "React with 👍");
        await Expect(ana.Page.Locator(".ch-reactions button")).ToContainTextAsync("👍 1");
        await wei.ActAsync("Good evening", "Reply in a thread");
        await wei.Page.FillAsync("#thread-composer", "In the thread 话题里");
        await wei.Page.PressAsync("#thread-composer", "Enter");
        await Expect(wei.Page.Locator("#thread .ch-row")).ToHaveCountAsync(2);
        await Expect(ana.Page.Locator(".ch-replies")).ToHaveTextAsync("1 reply");
        await wei.SayAsync("A mistake");
        await ana.SeesAsync("A mistake");
        await wei.ActAsync("A mistake", "Take back");
        await wei.Page.ClickAsync(".ch-ask .danger");
        await ana.SeesAsync("Message taken back");
        await Expect(ana.Page.Locator(".ch-rows")).Not.ToContainTextAsync("A mistake");
        ana.Visit.AssertQuiet();
        wei.Visit.AssertQuiet();
    }

    [Fact]
    public async Task Files_SentFromABrowser_AreShownOnlyAsWhatTheirBytesAre()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ada Admin");
        await ana.AttachAsync(
            new FilePayload { Name = "red.png", MimeType = "image/png", Buffer = Pictures.Png(40, 30) },
            new FilePayload { Name = "a\u202Egnp.exe", MimeType = "image/png", Buffer = "MZ no picture"u8.ToArray() },
            new FilePayload { Name = "vector.svg", MimeType = "image/svg+xml", Buffer = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"u8.ToArray() },
            new FilePayload { Name = "bomb.png", MimeType = "image/png", Buffer = Pictures.Png(60_000, 60_000) });
        await ana.SayAsync("Four files");
        await Expect(ana.Page.Locator(".ch-file")).ToHaveCountAsync(4);
        await Expect(ana.Page.Locator(".ch-file img")).ToHaveCountAsync(1);
        await Expect(ana.Page.Locator(".ch-file", new PageLocatorOptions { HasText = "red.png" }).Locator("img")).ToBeVisibleAsync();

        // The character that turns the name around is not obeyed.
        await Expect(ana.Page.Locator(".ch-file").Nth(1)).ToContainTextAsync("a\uFFFDgnp.exe");
        var saved = await ana.Page.RunAndWaitForDownloadAsync(() => ana.Page.Locator(".ch-file", new PageLocatorOptions { HasText = "vector.svg" }).GetByRole(AriaRole.Button).ClickAsync());
        Assert.Equal("vector.svg", saved.SuggestedFilename);

        // An installed client reads the very bytes.
        var (id, _) = await FoundByAsync(site.Administrator, "Ana Costa");
        var post = site.Administrator.TimelineOf(id).Items.Single(item => item.Text == "Four files");
        using var read = new MemoryStream();
        await site.Administrator.GetFileAsync(id, EntityId.Read<FileId>(post.Attachments[0].FileId.Span), read, TestContext.Current.CancellationToken);
        Assert.Equal(Pictures.Png(40, 30), read.ToArray());
        ana.Visit.AssertQuiet();
    }

    [Fact]
    public async Task Text_Hostile_StaysText()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await ana.FoundAsync(null, "Ada Admin");
        var (id, _) = await FoundByAsync(site.Administrator, "Ana Costa");
        string[] hostile =
        [
            "<script>document.title='owned'</script> one", "<img src=x onerror=alert(1)> two", "[three](javascript:alert(1))", "![four](https://tracker.invalid/p.png)",
            "[https://bank.example](https://evil.example/x) five", "\u202Eright to left six", "<svg/onload=alert(1)> seven", new string('>', 3_000) + " eight", string.Concat(Enumerable.Repeat("*a **b ", 1_500)) + " nine",
            "[ten](data:text/html,<script>alert(1)</script>)",
        ];
        foreach (var text in hostile)
        {
            Assert.True((await site.Administrator.SendAsync(id, Composer.Post(text, 0, [], []), TestContext.Current.CancellationToken)).IsOk, text);
        }

        await Expect(ana.Rows).ToHaveCountAsync(hostile.Length);
        Assert.NotEqual("owned", await ana.Page.TitleAsync());
        await Expect(ana.Page.Locator(".body img, .body svg:not(.rv-icon), .body script")).ToHaveCountAsync(0);
        Assert.DoesNotContain(await ana.LinksAsync(), link => !link.StartsWith("https://", StringComparison.Ordinal));

        // Words that name another host than the link's do not hide it.
        await Expect(ana.Rows.Filter(new LocatorFilterOptions { HasText = "five" })).ToContainTextAsync("(evil.example)");
        Assert.Empty(ana.Visit.Strangers);
        ana.Visit.AssertQuiet();

        // Too long for a message: said before it is sent, and nothing typed is gone.
        await ana.Composer.FillAsync(new string('x', 41_000));
        await ana.Composer.PressAsync("Enter");
        await Expect(ana.Page.Locator(".ch-box .ch-problem")).ToContainTextAsync("longer than");
        Assert.Equal(41_000, (await ana.Composer.InputValueAsync()).Length);
        await ana.Composer.FillAsync("Before the paste");
        var isLetIn = await ana.Composer.EvaluateAsync<bool>(
            """
            field => {
              const data = new DataTransfer();
              data.setData('text/plain', 'x'.repeat(10_000_000));
              return field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            }
            """);
        Assert.False(isLetIn);
        await Expect(ana.Page.Locator(".ch-box .ch-problem")).ToContainTextAsync("as a file");
        await Expect(ana.Composer).ToHaveValueAsync("Before the paste");
        await ana.SayAsync("Short again");
        await ana.SeesAsync("Short again");
    }

    private static async Task<(ConversationId Id, Conversation Conversation)> FoundByAsync(RivetClient client, string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        client.RefreshPeople();
        while (true)
        {
            var seen = client.Changes;
            foreach (var conversation in client.Conversations())
            {
                var other = client.People().FirstOrDefault(person => conversation.Members.Contains(person.PersonId) && person.Name == name);
                if (conversation.Title == name || (conversation.Title.Length == 0 && other is not null))
                {
                    return (EntityId.Read<ConversationId>(conversation.ConversationId.Span), conversation);
                }
            }

            await client.ChangedAsync(seen, limit.Token);
        }
    }
}
