using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Microsoft.Playwright;
using Rivet.Bench.Load;
using Rivet.Client;
using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Kernel;
using Rivet.Wire;
using static Rivet.Bench.Statistics;

namespace Rivet.Bench.Day1;

/// <summary>
/// What a person at the chat in a browser feels: how soon a message is seen in another browser, how soon the second visit can be
/// used, what the first one loads, and whether scrolling a long conversation ever stops. The published server on core 0, Chromium on
/// both.
/// </summary>
internal static class ChatBench
{
    private const int Said = 300;
    private const int Visits = 9;
    private const int LongLog = 10_000;
    private const string Talk = "Talk";
    private const string Log = "Log";

    public static async Task MeasureAsync(Report report, string folder)
    {
        using var server = ServerUnderTest.StartPublished(folder);
        await using var founder = await FoundAsync(server, folder);
        await using var pages = await ChatPages.OpenAsync(server.Port);

        Report.Say("day1.payload");
        var (ana, bytes) = await pages.CountedVisitAsync();
        var megabytes = bytes / 1e6;
        report.Add(new Figure("day1.payload", megabytes, "MB", megabytes / 4.5, "4.5 MB", "≤ 1"));
        var wei = await pages.VisitAsync();
        await ChatPages.JoinAsync(ana, await InviteAsync(founder, "Ana"), "Ana");
        await ChatPages.JoinAsync(wei, await InviteAsync(founder, "Wei"), "Wei");
        await GroupAsync(founder, Talk);

        Report.Say("day1.seen");
        await ChatPages.ChooseAsync(ana, Talk);
        await ChatPages.ChooseAsync(wei, Talk);
        await SeenAsync(ana, wei, 20);
        var seen = await SeenAsync(ana, wei, Said);
        report.Add(Limit("day1.seen.p50", "ms", seen[seen.Length / 2], 60));
        report.Add(Limit("day1.seen.p99", "ms", seen[seen.Length * 99 / 100], 250));

        Report.Say("day1.second");
        var visits = new List<double>();
        for (var visit = 0; visit < Visits; visit++)
        {
            visits.Add(await SecondAsync(pages, wei));
        }

        report.Add(Limit("day1.second", "s", Median(visits) / 1000, 3));

        Report.Say($"day1.scroll: a conversation of {LongLog:N0}");
        await ImportAsync(founder, Log, LongLog);
        await ChatPages.ChooseAsync(wei, Log);
        await wei.Locator(".ch-row", new() { HasText = string.Create(CultureInfo.InvariantCulture, $"Line {LongLog} ") }).WaitForAsync();
        var (longest, tasks, rows) = await ScrollAsync(wei);
        report.Add(Limit("day1.scroll", "ms, the longest task", longest, 50));
        report.Add(new Figure("day1.scroll.over", tasks, "tasks over 50 ms", double.NaN, $"{rows:N0} rows passed", "0"));
    }

    private static Figure Limit(string metric, string unit, double value, double limit)
        => new(metric, value, unit, value / limit, string.Create(CultureInfo.InvariantCulture, $"{limit} {unit.Split(',')[0]}"), "≤ 1");

    private static async Task<RivetClient> FoundAsync(ServerUnderTest server, string folder)
    {
        var said = server.Announced!.Value.GetProperty("invitation").GetString();
        if (!InvitationLink.TryParse(said, out var invitation))
        {
            throw new InvalidOperationException("The server announced no invitation.");
        }

        var place = new ContainerPlace { Home = Path.Combine(folder, "founder"), KeyFolder = Path.Combine(folder, "founder-keys") };
        var joined = await NativeClient.JoinAsync(
            new ClientHome { Place = place }, invitation, new JoinDetails("Founder", "bench", "Bench"), TimeProvider.System, CancellationToken.None);
        var client = joined.Value;
        client.Start();
        await client.CaughtUpAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        var limits = new MessageLimits { MessagesPerMinute = 6_000, FileMebibytesPerDay = 2_048, ConversationsPerDay = 200 };
        _ = (await client.LimitMessagesAsync(limits, CancellationToken.None)).Value;
        return client;
    }

    private static async Task<string> InviteAsync(RivetClient founder, string person)
        => (await founder.InviteAsync(Role.Member, person, null, mailAddress: "", TimeSpan.FromHours(1), CancellationToken.None)).Value.Link;

    private static async Task<ConversationId> GroupAsync(RivetClient founder, string title)
    {
        founder.RefreshPeople();
        for (var seen = founder.Changes; founder.People().Count < 3; seen = await founder.ChangedAsync(seen, CancellationToken.None))
        {
            // What changes between the look and the wait ends the wait.
        }

        var others = founder.People().Select(person => EntityId.Read<PersonId>(person.PersonId.Span)).Where(person => person != founder.Profile.Person);
        var made = await founder.CreateConversationAsync(ConversationKind.Group, title, [.. others], CancellationToken.None);
        return EntityId.Read<ConversationId>(made.Value.Conversation.ConversationId.Span);
    }

    /// <summary>A long conversation, made as an archive is imported: in batches.</summary>
    private static async Task ImportAsync(RivetClient founder, string title, int lines)
    {
        var made = await AskAsync(founder, Method.ImportConversation, new ImportConversationRequest
        {
            Source = "bench", ExternalId = title, Title = title, Members = { founder.People().Select(person => person.PersonId) },
        }, ImportConversationResponse.Parser);
        var author = ByteString.CopyFrom(founder.Profile.Person.ToBytes());
        foreach (var batch in Enumerable.Range(1, lines).Chunk(500))
        {
            var request = new ImportEntriesRequest { ConversationId = made.Conversation.ConversationId };
            request.Entries.AddRange(batch.Select(line => new ImportedEntry
            {
                ExternalId = line.ToString(CultureInfo.InvariantCulture),
                AuthorPersonId = author,
                OwnTimeMs = 1_700_000_000_000 + (line * 60_000L),
                Content = Composer.Post(string.Create(CultureInfo.InvariantCulture, $"Line {line} of a long conversation, with **some** words and a `term` in it"), 0, [], []).ToByteString(),
            }));
            await AskAsync(founder, Method.ImportEntries, request, ImportEntriesResponse.Parser);
        }
    }

    private static async Task<T> AskAsync<T>(RivetClient client, Method method, IMessage request, MessageParser<T> parser)
        where T : class, IMessage<T>
        => (await client.AskAsync(method, request, parser, TimeSpan.FromMinutes(1), CancellationToken.None)).TryGet(out var answer, out var why)
            ? answer
            : throw new InvalidOperationException($"{method} was refused: {why}");

    /// <summary>Milliseconds from the key that sends a message to its row in another browser, sorted. Both pages read one clock.</summary>
    private static async Task<double[]> SeenAsync(IPage from, IPage to, int count)
    {
        await to.EvaluateAsync(
            """
            () => {
              globalThis.seen = new Map();
              globalThis.watching ??= new MutationObserver(() => {
                for (const row of document.querySelectorAll('#timeline .ch-row:nth-last-of-type(-n+4) .body')) {
                  const said = row.innerText.trim();
                  if (!globalThis.seen.has(said)) globalThis.seen.set(said, performance.timeOrigin + performance.now());
                }
              });
              globalThis.watching.observe(document.querySelector('#timeline'), { subtree: true, childList: true, characterData: true });
            }
            """);
        var took = new List<double>(count);
        for (var at = 0; at < count; at++)
        {
            var text = $"{Guid.NewGuid():N}";
            await from.FillAsync("#composer", text);
            var sent = await from.EvaluateAsync<double>(
                """
                () => {
                  const now = performance.timeOrigin + performance.now();
                  document.querySelector('#composer').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
                  return now;
                }
                """);
            await to.WaitForFunctionAsync("text => globalThis.seen.has(text)", text, new() { PollingInterval = 5 });
            took.Add(await to.EvaluateAsync<double>("text => globalThis.seen.get(text)", text) - sent);
        }

        took.Sort();
        return [.. took];
    }

    /// <summary>Milliseconds from opening the address again to a list whose conversations can be opened.</summary>
    private static async Task<double> SecondAsync(ChatPages pages, IPage page)
    {
        await page.GotoAsync("about:blank");
        var began = Stopwatch.GetTimestamp();
        await pages.GoAsync(page);
        await ChatPages.ChooseAsync(page, Talk);
        await page.Locator("#timeline .ch-row").Last.WaitForAsync();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>Scrolls from the newest to the first line, a page every second frame.</summary>
    private static async Task<(double Longest, int Over, int Rows)> ScrollAsync(IPage page)
    {
        var said = await page.EvaluateAsync<double[]>(
            """
            async () => {
              const tasks = [];
              new PerformanceObserver(list => tasks.push(...list.getEntries().map(one => one.duration))).observe({ type: 'longtask' });
              const list = document.querySelector('#timeline'), rows = new Set();
              const frame = () => new Promise(done => requestAnimationFrame(done));
              for (let still = 0; still < 60;) {
                const before = list.scrollTop;
                list.scrollBy(0, -list.clientHeight);
                await frame();
                await frame();
                for (const row of list.querySelectorAll('.ch-row')) rows.add(row.dataset.sequence);
                still = list.scrollTop === 0 && before === 0 ? still + 1 : 0;
              }
              await new Promise(done => setTimeout(done, 300));
              return [Math.max(0, ...tasks), tasks.length, rows.size];
            }
            """);
        return (said[0], (int)said[1], (int)said[2]);
    }
}
