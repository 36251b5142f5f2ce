using Rivet.Wire;
using static Rivet.Client.Tests.Slack.ExportBuilder;

namespace Rivet.Client.Tests.Slack;

/// <summary>What becomes of each kind of record.</summary>
public sealed class SlackRecordsTests : ImportTestBase
{
    [Fact]
    public async Task Message_Plain_BecomesPostWithItsTimeAndAuthor()
    {
        var report = await ImportDayAsync($$"""[{"type":"message","user":"{{Bo}}","text":"a &amp; b 你好","ts":"1709290000.000200"}]""");

        var entry = Assert.Single(Server.Only.Entries);
        Assert.Equal("1709290000.000200", entry.ExternalId);
        Assert.Equal(1709290000000, entry.OwnTimeMs);
        Assert.Equal("a & b 你好", Server.Only.Posts.Single().Body.Text);
        Assert.Equal("薄荷", Server.People[Bo].Name);
        Assert.Equal((1, 1, 0), (report.Records, report.Messages, report.Joins));
        Assert.Equal(2, Server.Only.Members.Count);
    }

    [Fact]
    public async Task MeMessage_BecomesEmote()
    {
        await ImportDayAsync($$"""[{"type":"message","subtype":"me_message","user":"{{Ana}}","text":"waves","ts":"1.0"}]""");

        Assert.True(Server.Only.Posts.Single().Emote);
    }

    [Fact]
    public async Task JoinAndLeave_BecomeMemberships()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","subtype":"channel_join","user":"{{Ana}}","text":"<@{{Ana}}> has joined the channel","ts":"1.0"},
             {"type":"message","subtype":"channel_leave","user":"{{Ana}}","text":"<@{{Ana}}> has left the channel","ts":"2.0"}]
            """);

        Assert.Equal([false, true], Server.Only.Contents.Select(content => content.Membership.Left));
        Assert.Equal((2, 1, 1), (report.Records, report.Joins, report.Leaves));
    }

    [Fact]
    public async Task TopicPurposeName_BecomeNotices()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","subtype":"channel_topic","user":"{{Ana}}","topic":"Lunch","text":"x","ts":"1.0"},
             {"type":"message","subtype":"channel_purpose","user":"{{Ana}}","purpose":"Food","text":"x","ts":"2.0"},
             {"type":"message","subtype":"channel_name","user":"{{Ana}}","name":"canteen","old_name":"general","ts":"3.0"}]
            """);

        Assert.Equal(["set the topic: Lunch", "set the purpose: Food"], Server.Only.Posts.Select(post => post.Body.Text));
        Assert.Equal("canteen", Server.Only.Contents.Last().Titled.Title);
        Assert.Equal(3, report.Notices);
    }

    [Fact]
    public async Task BotMessage_BotBecomesPersonAndAttachmentsText()
    {
        await ImportDayAsync("""
            [{"type":"message","subtype":"bot_message","bot_id":"B77","username":"Build","text":"","ts":"1.0",
              "attachments":[{"title":"main","title_link":"http://ci/1","text":"red","fields":[{"title":"Stage","value":"test"}]},
                             {"from_url":"http://x","text":"a preview"}]}]
            """);

        Assert.Equal("[main](http://ci/1)\nred\nStage: test", Server.Only.Posts.Single().Body.Text);
        Assert.Equal("Build", Server.People["bot:B77"].Name);
    }

    [Fact]
    public async Task BlocksOnly_WordsAreKept()
    {
        await ImportDayAsync($$"""
            [{"type":"message","user":"{{Ana}}","ts":"1.0","text":"","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"deep"} },
              {"type":"rich_text","elements":[{"elements":[{"type":"text","text":"words"}]}]}]}]
            """);

        Assert.Equal("deep words", Server.Only.Posts.Single().Body.Text);
    }

    [Fact]
    public async Task Reply_PointsAtItsThread_OrStandsAloneWhereTheThreadIsMissing()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","user":"{{Ana}}","text":"root","ts":"1.000001","thread_ts":"1.000001"},
             {"type":"message","user":"{{Bo}}","text":"answer","ts":"2.0","thread_ts":"1.000001"},
             {"type":"message","user":"{{Bo}}","text":"stray","ts":"3.0","thread_ts":"0.5"}]
            """);

        Assert.Equal(["", "1.000001", ""], Server.Only.Entries.Select(entry => entry.TargetExternalId));
        Assert.Equal((3, 2, 1), (report.Messages, report.Replies, report.RepliesWithoutThread));
    }

    [Fact]
    public async Task Edited_FinalTextIsPostedWithTheTimeOfTheEdit()
    {
        var report = await ImportDayAsync($$"""[{"type":"message","user":"{{Ana}}","text":"final","ts":"1.0","edited":{"user":"{{Ana}}","ts":"9.5"} }]""");

        Assert.Equal(9500, Server.Only.Posts.Single().EditedMs);
        Assert.Equal(1, report.Edited);
        Assert.Single(Server.Only.Entries);
    }

    [Fact]
    public async Task MessageChanged_OriginalSeen_BecomesEditOfIt()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","user":"{{Ana}}","text":"old","ts":"1.0"},
             {"type":"message","subtype":"message_changed","ts":"2.0",
              "message":{"user":"{{Ana}}","text":"new","ts":"1.0"},"previous_message":{"user":"{{Ana}}","text":"old","ts":"1.0"} }]
            """);

        var edit = Server.Only.Entries[1];
        Assert.Equal("1.000000", edit.TargetExternalId);
        Assert.Equal("new", Content.Parser.ParseFrom(edit.Content).Edit.Body.Text);
        Assert.Equal((1, 1), (report.Messages, report.Changes));
    }

    [Fact]
    public async Task MessageChanged_OriginalMissing_BecomesPostAndEdit()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","subtype":"message_changed","ts":"2.0",
              "message":{"user":"{{Ana}}","text":"new","ts":"1.0"},"original":{"user":"{{Ana}}","text":"old","ts":"1.0"} }]
            """);

        Assert.Equal("old", Server.Only.Posts.Single().Body.Text);
        Assert.Equal("new", Server.Only.Contents.Last().Edit.Body.Text);
        Assert.Equal((1, 0, 1), (report.Records, report.Messages, report.Changes));
    }

    [Fact]
    public async Task MessageChanged_TextAlreadyFinal_IsSkippedByReason()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","user":"{{Ana}}","text":"new","ts":"1.0"},
             {"type":"message","subtype":"message_changed","ts":"2.0","message":{"user":"{{Ana}}","text":"new","ts":"1.0"} }]
            """);

        Assert.Single(Server.Only.Entries);
        Assert.Equal(1, report.Skipped["already-in-text"]);
    }

    [Fact]
    public async Task MessageDeleted_BecomesRecallOrIsSkipped()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","user":"{{Ana}}","text":"oops","ts":"1.0"},
             {"type":"message","subtype":"message_deleted","ts":"2.0","deleted_ts":"1.0"},
             {"type":"message","subtype":"message_deleted","ts":"3.0","deleted_ts":"0.1"}]
            """);

        Assert.NotNull(Server.Only.Contents.Last().Recall);
        Assert.Equal("1.000000", Server.Only.Entries[^1].TargetExternalId);
        Assert.Equal((3, 1, 1), (report.Records, report.Deletions, report.Skipped["message-unknown"]));
    }

    [Fact]
    public async Task Reactions_EachPersonGivesTheirs()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","user":"{{Ana}}","text":"done","ts":"1.0","reactions":[
              {"name":"tada","users":["{{Ana}}","{{Bo}}"],"count":2},{"name":"copperfield","users":["{{Bo}}"],"count":4},
              {"name":"+1::skin-tone-3","users":["UGUEST001"],"count":1}]}]
            """);

        Assert.Equal(["🎉", "🎉", ":copperfield:", "👍🏼"], Server.Only.Contents.Skip(1).Select(content => content.Reaction.Emoji));
        Assert.Equal((4, 3), (report.Reactions, report.ReactionsWithoutPerson));
        Assert.True(Server.People.ContainsKey("UGUEST001"));
    }

    [Fact]
    public async Task DuplicateTimes_EveryRecordIsKept()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"message","user":"{{Ana}}","text":"one","ts":"1.0"},{"type":"message","user":"{{Bo}}","text":"two","ts":"1.0"},
             {"type":"message","user":"{{Bo}}","text":"three","ts":"1.0"}]
            """);

        Assert.Equal(["1.000000", "1.000000#2", "1.000000#3"], Server.Only.Entries.Select(entry => entry.ExternalId));
        Assert.Equal(3, report.Messages);
    }

    [Fact]
    public async Task LongText_IsSplitAndNothingIsLost()
    {
        var text = string.Concat(Enumerable.Range(0, 12_500).Select(n => $"词{n} "));
        var report = await ImportDayAsync($$"""[{"type":"message","user":"{{Ana}}","text":"{{text}}","ts":"1.0"}]""");

        Assert.Equal(text, string.Concat(Server.Only.Posts.Select(post => post.Body.Text)));
        Assert.All(Server.Only.Posts, post => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(post.Body.Text), 1, 40_000));
        Assert.Equal(["1.000000", "1.000000/2", "1.000000/3"], Server.Only.Entries.Select(entry => entry.ExternalId));
        Assert.Equal(1, report.Messages);
    }

    [Fact]
    public async Task OtherRecords_AreSkippedByReasonAndCounted()
    {
        var report = await ImportDayAsync($$"""
            [{"type":"presence_change","user":"{{Ana}}","ts":"1.0"},{"type":"message","user":"{{Ana}}","text":"  ","ts":"2.0"},
             {"type":"message","subtype":"message_replied","ts":"3.0"},
             {"type":"message","subtype":"something_new","user":"{{Ana}}","text":"kept","ts":"4.0"},{"type":"message","text":"whose?","ts":"5.0"}]
            """);

        Assert.Equal(5, report.Records);
        Assert.Equal(2, report.Messages);
        Assert.Equal(["empty", "not-a-message", "thread-marker"], report.Skipped.Keys);
    }

    [Fact]
    public async Task HalfSurrogate_BecomesReplacementCharacter()
    {
        await ImportDayAsync($$"""[{"type":"message","user":"{{Ana}}","text":"cut \ud83d, whole \ud83c\udf89, \\ud800","ts":"1.0"}]""");

        Assert.Equal("cut \ufffd, whole 🎉, \\ud800", Server.Only.Posts.Single().Body.Text);
    }

    [Fact]
    public async Task EndlessNames_StayWithinTheServersBounds()
    {
        var name = new string('名', 5_000);
        var report = await ImportDayAsync($$"""
            [{"type":"message","subtype":"bot_message","username":"{{name}}","text":"hi","ts":"0.0001",
              "reactions":[{"name":"{{name}}","users":["{{name}}"]}]},
             {"type":"message","subtype":"channel_name","user":"{{Ana}}","name":"{{name}}","ts":"2.0"},
             {"type":"message","subtype":"channel_name","user":"{{Ana}}","name":" ","ts":"3.0"}]
            """);

        Assert.Equal((3, 1, 1, 1), (report.Records, report.Messages, report.Notices, report.Skipped["empty"]));
        Assert.All(Server.Only.Entries, entry => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(entry.ExternalId), 1, 256));
        Assert.All(Server.Only.Entries, entry => Assert.NotEqual(0, entry.OwnTimeMs));
        Assert.All(Server.People.Values, person => Assert.InRange(person.Name.Length, 1, 100));
    }
}
