using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Tests;

public sealed class TimelineTests
{
    private static readonly ConversationId Place = ConversationId.From(Guid.CreateVersion7());
    private readonly Timeline timeline = new(Place);
    private ulong sequence;

    [Fact]
    public void Edit_OwnPost_ShowsTheNewText()
    {
        Apply(FakeServer.Self, Composer.Post("helo", 0, [], []));
        Apply(FakeServer.Self, Composer.Edit(1, "hello", []));
        var item = Assert.Single(timeline.Items);
        Assert.Equal(("hello", true), (item.Text, item.Edited));
    }

    [Fact]
    public void Edit_AnothersPost_ChangesNothing()
    {
        Apply(FakeServer.Self, Composer.Post("mine", 0, [], []));
        Apply(FakeServer.Other, Composer.Edit(1, "forged", []));
        Assert.Equal("mine", Assert.Single(timeline.Items).Text);
    }

    [Fact]
    public void Recall_ThenEdit_StaysRecalled()
    {
        Apply(FakeServer.Self, Composer.Post("secret", 0, [], []));
        Apply(FakeServer.Self, Composer.Recall(1));
        Apply(FakeServer.Self, Composer.Edit(1, "back", []));
        Assert.Equal((true, ""), (timeline.Items[0].Recalled, timeline.Items[0].Text));
    }

    [Fact]
    public void Reaction_GivenTwiceAndTakenBack_CountsPeopleOnce()
    {
        Apply(FakeServer.Self, Composer.Post("x", 0, [], []));
        Apply(FakeServer.Self, Composer.React(1, "👍", removed: false));
        Apply(FakeServer.Self, Composer.React(1, "👍", removed: false));
        Apply(FakeServer.Other, Composer.React(1, "👍", removed: false));
        Assert.Equal(2, Assert.Single(timeline.Items[0].Reactions).People.Count);
        Apply(FakeServer.Self, Composer.React(1, "👍", removed: true));
        Apply(FakeServer.Other, Composer.React(1, "👍", removed: true));
        Assert.Empty(timeline.Items[0].Reactions);
    }

    [Fact]
    public void Thread_Answers_AreCountedAtTheRoot()
    {
        Apply(FakeServer.Self, Composer.Post("root", 0, [], []));
        Apply(FakeServer.Other, Composer.Post("answer", 1, [], []));
        Assert.Equal((1, 1UL), (timeline.Find(1)!.Replies, timeline.Find(2)!.Thread));
    }

    [Fact]
    public void Imported_OlderOwnTime_StandsBeforeWhatCameEarlier()
    {
        Apply(FakeServer.Self, Composer.Post("live", 0, [], []), ownTime: 2_000);
        Apply(FakeServer.Other, Composer.Post("old", 0, [], []), ownTime: 1_000, imported: true);
        Apply(FakeServer.Other, Composer.Post("older", 0, [], []), ownTime: 500, imported: true);
        Assert.Equal(["older", "old", "live"], timeline.Items.Select(item => item.Text));
        Assert.Equal([true, true, false], timeline.Items.Select(item => item.Imported));
    }

    [Fact]
    public void Apply_UnreadableOrUnknownContent_IsALineOfItsOwn()
    {
        timeline.Apply(new Entry { Sequence = ++sequence, Content = ByteString.CopyFrom(0xFF, 0xFF, 0xFF) });
        timeline.Apply(new Entry { Sequence = ++sequence, Content = ByteString.Empty, OwnTimeMs = long.MaxValue });
        timeline.Apply(new Entry { Sequence = ++sequence, Content = Composer.Recall(999).ToByteString(), OwnTimeMs = long.MinValue });
        Assert.Equal([TimelineKind.Unreadable, TimelineKind.Expired], timeline.Items.Select(item => item.Kind));
    }

    /// <summary>A destroyed reaction looks as a destroyed post: a year of both is one line.</summary>
    [Fact]
    public void Apply_DestroyedEntries_AreOneLineAndAnAnswerToThemStandsForItself()
    {
        timeline.Apply(new Entry { Sequence = ++sequence });
        Assert.False(Assert.Single(timeline.Items).Several);
        timeline.Apply(new Entry { Sequence = ++sequence });
        Apply(FakeServer.Other, Composer.React(1, "👍", removed: false));
        Apply(FakeServer.Other, Composer.Post("still here", 1, [], []));
        timeline.Apply(new Entry { Sequence = ++sequence, OwnTimeMs = long.MaxValue });

        Assert.Equal([(TimelineKind.Expired, true), (TimelineKind.Post, false), (TimelineKind.Expired, false)], timeline.Items.Select(item => (item.Kind, item.Several)));
        Assert.Empty(timeline.Items[0].Reactions);
        Assert.Equal((0UL, 0), (timeline.Items[1].Thread, timeline.Items[0].Replies));
        Assert.Same(timeline.Find(1), timeline.Find(2));
    }

    [Fact]
    public void Apply_Again_ChangesNothing()
    {
        Apply(FakeServer.Self, Composer.Post("x", 0, [], []));
        sequence = 0;
        Apply(FakeServer.Self, Composer.Post("y", 0, [], []));
        Assert.Equal("x", Assert.Single(timeline.Items).Text);
    }

    [Theory]
    [InlineData("hi @ana", "@ana")]
    [InlineData("@Ana你好", "@Ana")]
    [InlineData("你好 @ana. 再见", "@ana")]
    [InlineData("@anabel", "")]
    [InlineData("mail ana@ana", "")]
    [InlineData("你好@ana，早", "@ana")]
    [InlineData("@all @bo!", "@all @bo")]
    public void Mentions_ByHandle_AreFoundWithTheirPlaceInUtf8(string text, string expected)
    {
        Person[] people =
        [
            new() { PersonId = ByteString.CopyFrom(FakeServer.Self.ToBytes()), Handle = "ana" },
            new() { PersonId = ByteString.CopyFrom(FakeServer.Other.ToBytes()), Handle = "bo" },
        ];
        var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        var found = Composer.Post(text, 0, people, []).Post.Mentions
            .Select(mention => System.Text.Encoding.UTF8.GetString(utf8, (int)mention.Offset, (int)mention.Length));
        Assert.Equal(expected, string.Join(' ', found));
    }

    private void Apply(PersonId author, Content content, long ownTime = 0, bool imported = false)
        => timeline.Apply(new Entry
        {
            ConversationId = ByteString.CopyFrom(Place.ToBytes()),
            Sequence = ++sequence,
            AuthorPersonId = ByteString.CopyFrom(author.ToBytes()),
            AuthorDeviceId = imported ? ByteString.Empty : ByteString.CopyFrom(FakeServer.Device.ToBytes()),
            OwnTimeMs = ownTime == 0 ? (long)sequence : ownTime,
            Content = content.ToByteString(),
        });
}
