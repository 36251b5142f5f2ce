using System.Text;
using CsCheck;
using Google.Protobuf;
using Rivet.Client.Slack;

namespace Rivet.Client.Tests.Slack;

public sealed class MessageTextTests
{
    private static Named? People(string id) => id == "U1" ? new Named("银杏", ByteString.CopyFromUtf8("0123456789abcdef")) : null;

    [Theory]
    [InlineData("&lt;b&gt; &amp;amp; &x", "<b> &amp; &x")]
    [InlineData("<#C1|dev> and <#C2>", "#dev and #C2")]
    [InlineData("<http://a.b/?x=1&amp;y=2>", "http://a.b/?x=1&y=2")]
    [InlineData("<http://a.b|the &lt;page&gt;>", "[the <page>](http://a.b)")]
    [InlineData("<mailto:a@b.c|a@b.c>", "a@b.c")]
    [InlineData("<@UGONE|bob> <@UGONE>", "@bob @UGONE")]
    [InlineData("<!subteam^S1|@ops> <!date^1^{date}|today>", "@ops today")]
    [InlineData("ship it :tada: :own_emoji: 10:30:00", "ship it 🎉 :own_emoji: 10:30:00")]
    [InlineData("`:tada:` :tada:", "`:tada:` 🎉")]
    [InlineData("a < b > c <", "a < b > c <")]
    [InlineData("<>", "<>")]
    [InlineData("", "")]
    public void Text_MarkUp_ReadsAsText(string source, string expected)
        => Assert.Equal(expected, MessageText.Read(source, People).ToString());

    [Fact]
    public void Mention_OffsetsAreBytes()
    {
        var text = MessageText.Read("你好 <@U1>, <!here>", People);

        var words = text.Mentions.Select(mention => Encoding.UTF8.GetString(text.Utf8.Span.Slice((int)mention.Offset, (int)mention.Length)));
        Assert.Equal(["@银杏", "@here"], words);
        Assert.True(text.Mentions[1].PersonId.IsEmpty);
    }

    [Fact]
    public void Pieces_NeverCutAMention()
    {
        var text = MessageText.Read(string.Concat(Enumerable.Repeat("<@U1>", 60)), People);
        var pieces = text.Pieces(maxBytes: 50).ToList();

        Assert.Equal(60, pieces.Sum(piece => piece.Mentions.Count));
        Assert.All(pieces, piece => Assert.All(piece.Mentions, mention =>
            Assert.Equal("@银杏", Encoding.UTF8.GetString(piece.Utf8.Span.Slice((int)mention.Offset, (int)mention.Length)))));
    }

    [Fact]
    public void Pieces_AnyText_JoinToTheWhole()
        => Gen.String[Gen.OneOf(Gen.Char['a', 'f'], Gen.Const(' '), Gen.Const('\n'), Gen.Const('词')), 0, 400].Select(Gen.Int[8, 90])
            .Sample((source, size) =>
            {
                var text = MessageText.Read(source, People);
                var pieces = text.Pieces(size).ToList();
                return string.Concat(pieces) == text.ToString() && pieces.All(piece => piece.Utf8.Length <= size);
            });

    [Fact]
    public void Text_AnyBytes_NeverThrows()
        => Gen.String[Gen.OneOf(Gen.Char["<>|@#!&:`;U1"], Gen.Char), 0, 60]
            .Sample(source => MessageText.Read(source, People).Utf8.Length >= 0);

    [Fact]
    public void Reaction_LongName_StaysWithinItsBytes()
        => Assert.Equal(64, Encoding.UTF8.GetByteCount(Emoji.OfReaction(new string('x', 200))));
}
