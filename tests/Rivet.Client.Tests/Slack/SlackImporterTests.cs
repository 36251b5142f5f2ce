using Rivet.Client.Slack;
using Rivet.Testing;
using Rivet.Wire;
using static Rivet.Client.Tests.Slack.ExportBuilder;

namespace Rivet.Client.Tests.Slack;

public sealed class SlackImporterTests : ImportTestBase
{
    private static string Day(int records, int bytes = 10) => "[" + string.Join(',', Enumerable.Range(1, records).Select(
        n => $$"""{"type":"message","user":"{{Ana}}","text":"{{new string('x', bytes)}}","ts":"{{n}}.0"}""")) + "]";

    [Fact]
    public async Task Import_SecondRun_AddsNothing()
    {
        var export = Company().Day(Day(1_201));
        var first = await ImportAsync(export);
        var second = await ImportAsync(export);

        Assert.Equal((1_201L, 0L, 2, 1), (first.EntriesAdded, first.EntriesExisted, first.PeopleAdded, first.ChannelsAdded));
        Assert.Equal((0L, 1_201L, 0, 0), (second.EntriesAdded, second.EntriesExisted, second.PeopleAdded, second.ChannelsAdded));
        Assert.Equal(first.Records, second.Records);
        Assert.Equal(1_201, Server.Only.Entries.Count);
    }

    [Fact]
    public async Task Import_LinkLostInTheMiddle_NextRunCompletesExactlyOnce()
    {
        var export = Company().Day(Day(3_000));
        Server.LosesLinkAfter = 2;
        var failure = (await TryImportAsync(export)).Refusal;
        Server.LosesLinkAfter = null;
        var report = await ImportAsync(export);

        Assert.Equal("link.lost", failure.Refusal!.Reason);
        Assert.Equal(1_000, failure.SoFar.Records);
        Assert.Equal((2_000L, 1_000L), (report.EntriesAdded, report.EntriesExisted));
        Assert.Equal(Enumerable.Range(1, 3_000).Select(n => $"{n}.000000"), Server.Only.Entries.Select(entry => entry.ExternalId));
    }

    [Fact]
    public async Task Import_ServerBusy_AsksAgain()
    {
        Server.BusyFor = 2;

        Assert.Equal(3, (await ImportAsync(Company().Day(Day(3)))).Messages);
    }

    [Fact]
    public async Task Import_LargeTexts_BatchesStayWithinBytesAndOrder()
    {
        var report = await ImportAsync(Company().Day(Day(100, bytes: 39_000)));

        Assert.Equal(100, report.Messages);
        Assert.InRange(Server.Batches, 8, 12);
        Assert.Equal(1, Server.MostAtOnceInOneConversation);
    }

    [Fact]
    public async Task Import_Progress_EndsAtTheTotal()
    {
        var seen = new List<SlackImportProgress>();
        await TryImportAsync(Company().Day(Day(1_100)), progress: new Immediate(seen));

        Assert.Equal((1_100, "general"), (seen[^1].Records, seen[^1].Channel));
        Assert.True(seen[^1].Bytes <= seen[^1].TotalBytes && seen[^1].Bytes > seen[^1].TotalBytes - 10);
        Assert.Equal(seen.OrderBy(now => now.Bytes), seen);
    }

    [Fact]
    public async Task Import_EveryKindOfChannel_BecomesAConversation()
    {
        var day = Day(1);
        var report = await ImportAsync(Company()
            .With("groups.json", """[{"id":"G1","name":"board","members":[]}]""")
            .With("mpims.json", $$"""[{"id":"G2","name":"mpdm-ana--bo-1","members":["{{Ana}}","{{Bo}}"]}]""")
            .With("dms.json", $$"""[{"id":"D1","members":["{{Ana}}","{{Bo}}"]}]""")
            .Day(day).With("board/2024-03-01.json", day).With("mpdm-ana--bo-1/2024-03-01.json", day)
            .With("D1/2024-03-01.json", day).With("unlisted/2024-03-01.json", day));

        Assert.Equal(
            ["general", "board", "Ana Copper, 薄荷", "Ana Copper, 薄荷", "unlisted"],
            Server.Conversations.Select(conversation => conversation.Title));
        Assert.Equal((5, 5), (report.Channels, report.Records));
    }

    [Fact]
    public async Task Import_ArchiveInsideAFolder_IsFound()
    {
        var report = await ImportAsync(new ExportBuilder()
            .With("export/users.json", "[]").With("export/channels.json", """[{"id":"C1","name":"general"}]""")
            .With("export/general/2024-03-01.json", """[{"text":"hi","user":"UGUEST","ts":"1.0","user_profile":{"real_name":"Guest"}}]"""));

        Assert.Equal(1, report.Messages);
        Assert.Equal("Guest", Server.People["UGUEST"].Name);
    }

    [Fact]
    public async Task Import_Cancelled_StopsAndKeepsWholeBatches()
    {
        using var archive = Company().Day(Day(3_000)).Open();
        using var stop = new CancellationTokenSource();
        var importer = new SlackImporter(Server, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => importer.ImportAsync(
            archive, System.Globalization.CultureInfo.InvariantCulture, new Canceller(stop), stop.Token));

        Assert.Equal(0, Server.Only.Entries.Count % 500);
    }

    [Fact]
    public async Task Import_PublicUbuntuArchive_EveryRecordIsCounted()
    {
        using var archive = SlackArchive.Open(Fixtures.Require("slack/ubuntu-irc-slack-export.zip"), new SlackArchiveLimits()).Value;

        var report = (await new SlackImporter(Server, TimeProvider.System).ImportAsync(
            archive, System.Globalization.CultureInfo.InvariantCulture, null, TestContext.Current.CancellationToken)).Value;

        Assert.Equal("slack:T00UBUNTU", archive.Source);
        Assert.Equal((12_135, 11_639, 496, 1_456, 1), (report.Records, report.Messages, report.Joins, report.PeopleAdded, report.ChannelsAdded));
        Assert.Equal(12_135, Server.Only.Entries.Count);
        Assert.Equal(27, Server.Only.Posts.Count(post => post.Emote));
        Assert.Empty(report.Skipped);
    }

    private sealed class Immediate(List<SlackImportProgress> seen) : IProgress<SlackImportProgress>
    {
        public void Report(SlackImportProgress value) => seen.Add(value);
    }

    private sealed class Canceller(CancellationTokenSource stop) : IProgress<SlackImportProgress>
    {
        public void Report(SlackImportProgress value)
        {
            if (value.Records >= 500)
            {
                stop.Cancel();
            }
        }
    }
}
