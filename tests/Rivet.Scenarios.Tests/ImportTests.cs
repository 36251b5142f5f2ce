using System.Globalization;
using System.IO.Compression;
using Google.Protobuf;
using Rivet.Client.Slack;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>Archives into a real server.</summary>
public sealed class ImportTests
{
    [Fact]
    public async Task Import_SampleTwice_StoresEveryEntryOnceAndItsFiles()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);

        var first = (await ImportAsync(company.Founder, Sample())).Value;
        var second = (await ImportAsync(company.Founder, Sample())).Value;

        Assert.Equal((209, 13, 5), (first.Records, first.PeopleAdded, first.ChannelsAdded));
        Assert.Equal((0L, first.EntriesAdded, 0, 0), (second.EntriesAdded, second.EntriesExisted, second.PeopleAdded, second.ChannelsAdded));
        var entries = new List<Entry>();
        foreach (var conversation in await ConversationsAsync(company.Founder))
        {
            entries.AddRange(await company.Founder.ReadAsync(conversation.ConversationId));
        }

        Assert.Equal(first.EntriesAdded, entries.Count(IsImported));
        var contents = entries.Select(entry => (entry.ConversationId, Content: Content.Parser.ParseFrom(entry.Content))).ToList();
        Assert.All(contents.Where(pair => pair.Content.Reaction is not null), pair => Assert.NotEqual(0ul, pair.Content.Reaction.Target));
        var (where, attachment) = contents.Where(pair => pair.Content.Post is { Attachments.Count: > 0 })
            .Select(pair => (pair.ConversationId, pair.Content.Post.Attachments[0])).First(pair => pair.Item2.Name.EndsWith(".csv", StringComparison.Ordinal));
        var chunk = await company.Founder.AskAsync(
            Method.GetFileChunk, new GetFileChunkRequest { ConversationId = where, FileId = attachment.FileId }, GetFileChunkResponse.Parser);
        Assert.Contains("ginkgo table 银杏桌", chunk.Data.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_ServerKilledInTheMiddle_NextRunCompletesExactlyOnce()
    {
        const int Records = 12_000;
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);

        var broken = await ImportAsync(company.Founder, Long(Records), new At(Records / 4, server.Kill));
        server.StartAgain();
        await company.Founder.ReconnectAsync();
        var report = (await ImportAsync(company.Founder, Long(Records))).Value;

        Assert.InRange(broken.Refusal.SoFar.Records, Records / 4, Records - 1);
        Assert.Equal(Records, report.EntriesAdded + report.EntriesExisted);
        Assert.InRange(report.EntriesExisted, broken.Refusal.SoFar.Records, Records - 1);
        var log = await company.Founder.ReadAsync((await ConversationsAsync(company.Founder)).Single().ConversationId);
        Assert.Equal(
            Enumerable.Range(1, Records).Select(number => $"record {number}"),
            log.Where(IsImported).Select(Device.Text));
    }

    [Fact]
    public async Task Import_ByAMember_IsRefusedAndStoresNothing()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var member = await company.AddAsync("Bo");

        var refused = (await ImportAsync(member, Sample())).Refusal;

        Assert.Equal(RefusalCode.Denied, refused.Refusal!.Code);
        Assert.Equal((0, 0), (refused.SoFar.Records, refused.SoFar.People));
        Assert.Empty(await ConversationsAsync(company.Founder));
    }

    private static async Task<Result<SlackImportReport, SlackImportFailure>> ImportAsync(
        Device device, Stream stream, IProgress<SlackImportProgress>? progress = null)
    {
        using var archive = SlackArchive.Open(stream, new SlackArchiveLimits()).Value;
        return await new SlackImporter(device.Link, TimeProvider.System).ImportAsync(archive, CultureInfo.InvariantCulture, progress, Company.Ct);
    }

    private static async Task<IReadOnlyList<Conversation>> ConversationsAsync(Device device)
        => (await device.AskAsync(Method.ListConversations, new ListConversationsRequest { Limit = 500 }, ListConversationsResponse.Parser)).Conversations;

    private static bool IsImported(Entry entry) => entry.AuthorDeviceId.IsEmpty && entry.OwnTimeMs != entry.AppendedMs;

    private static MemoryStream Sample()
    {
        var packed = new MemoryStream();
        ZipFile.CreateFromDirectory(Path.Combine(Fixtures.RepositoryRoot(), "samples", "company"), packed);
        return packed;
    }

    private static MemoryStream Long(int records)
    {
        var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write("users.json", """[{"id":"U1","team_id":"T1","name":"ana"}]""");
            Write("channels.json", """[{"id":"C1","name":"general","members":["U1"]}]""");
            Write("general/2024-03-01.json", "[" + string.Join(',', Enumerable.Range(1, records).Select(
                number => $$"""{"type":"message","user":"U1","text":"record {{number}}","ts":"{{1_709_000_000 + number}}.000001"}""")) + "]");

            void Write(string name, string json)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(json);
            }
        }

        return packed;
    }

    /// <summary>Does something once, when so many records are stored.</summary>
    private sealed class At(int records, Action act) : IProgress<SlackImportProgress>
    {
        private int done;

        public void Report(SlackImportProgress value)
        {
            if (value.Records >= records && Interlocked.Exchange(ref done, 1) == 0)
            {
                act();
            }
        }
    }
}
