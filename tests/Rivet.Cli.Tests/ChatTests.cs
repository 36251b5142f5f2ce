using System.Text;
using Rivet.Cli.Chat;
using Rivet.Client;
using Rivet.Client.Tests;
using Rivet.Kernel;

namespace Rivet.Cli.Tests;

public sealed class ChatTests : IAsyncLifetime
{
    private readonly TestHome home = new();
    private readonly FakeServer server = new(1);
    private RivetClient client = null!;
    private ConversationId conversation;

    public async ValueTask InitializeAsync()
    {
        conversation = server.AddConversation();
        server.Say(conversation, "Guten Tag from Bo. 你好，这是一条很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长的消息，需要换行。");
        server.Say(conversation, "look: \u001b[2J\u001b]0;owned\u0007 \u202edone");
        client = await home.JoinAsync(server);
        client.Start();
        await client.CaughtUpAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        home.Dispose();
    }

    [Theory]
    [InlineData(80, 24, "en")]
    [InlineData(120, 40, "en")]
    [InlineData(80, 24, "zh-CN")]
    [InlineData(41, 12, "zh-CN")]
    public void Paint_AnySizeAndLanguage_FillsTheScreenExactly(int width, int height, string language)
    {
        var (state, painter, keys) = Screen(language);
        Check();
        state.OpenConversation(conversation);
        Check();
        keys.Press(new Pressed(Press.Up), "");
        Check();
        keys.Press(new Pressed(Press.Help), "");
        Check();

        void Check()
        {
            var rows = painter.Paint(width, height);
            Assert.Equal(height, rows.Count);
            Assert.All(rows, row => Assert.Equal(width, row.Sum(span => Columns.Of(span.Text))));
            Assert.DoesNotContain(Text(rows), letter => char.IsControl(letter) && letter != '\n');
        }
    }

    [Fact]
    public void Paint_OpenConversation_ShowsWhoWhatAndHowItIsProtected()
    {
        var (state, painter, _) = Screen("en");
        state.OpenConversation(conversation);
        var screen = Text(painter.Paint(80, 24));
        Assert.Contains("Bo", screen, StringComparison.Ordinal);
        Assert.Contains("需要换行", screen.Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("␛[2J", screen, StringComparison.Ordinal);
        Assert.Contains("not end-to-end", screen, StringComparison.Ordinal);
        Assert.Contains("● online · Ana", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_ReplyEditRecall_DoWhatTheySay()
    {
        var (state, painter, keys) = Screen("en");
        state.OpenConversation(conversation);
        keys.Press(new Pressed(Press.Enter), "first of mine");
        await TestHome.UntilAsync(client, () => client.Cursor(conversation) == 3);
        state.Reload();

        keys.Press(new Pressed(Press.Up), "");
        Assert.Equal(3UL, state.ChosenItem!.Sequence);
        Type(keys, 'e');
        Assert.Equal((Mode.Edit, "first of mine"), (state.Mode, keys.Input));
        keys.Press(new Pressed(Press.Enter), "changed");
        await TestHome.UntilAsync(client, () => client.Cursor(conversation) == 4);
        state.Reload();
        Assert.Contains("changed (edited)", Text(painter.Paint(80, 24)), StringComparison.Ordinal);

        keys.Press(new Pressed(Press.Up), "");
        keys.Press(new Pressed(Press.Up), "");
        Type(keys, 'e');
        Assert.Equal(Mode.Write, state.Mode);
        Assert.NotEmpty(state.Notice);
        Type(keys, 'r');
        keys.Press(new Pressed(Press.Enter), "an answer");
        await TestHome.UntilAsync(client, () => client.Cursor(conversation) == 5);
        state.Reload();
        Assert.Equal(2UL, state.Timeline!.Find(5)!.Thread);

        keys.Press(new Pressed(Press.Up), "");
        Type(keys, 'd');
        Type(keys, 'n');
        Assert.Empty(state.Pending);
        Type(keys, 'd');
        Type(keys, 'y');
        await TestHome.UntilAsync(client, () => client.Cursor(conversation) == 6);
        state.Reload();
        Assert.True(state.Timeline!.Find(5)!.Recalled);
    }

    [Fact]
    public void Keys_LettersInTheInputLine_AreTyped()
    {
        var (state, _, keys) = Screen("en");
        state.OpenConversation(conversation);
        Assert.False(keys.Press(new Pressed(Press.Letter, new Rune('d')), ""));
        Assert.False(keys.Press(new Pressed(Press.Letter, new Rune('?')), "what"));
        Assert.True(keys.Press(new Pressed(Press.Letter, new Rune('?')), ""));
        Assert.Equal(Mode.Help, state.Mode);
        keys.Press(new Pressed(Press.Quit), "");
        Assert.True(keys.Leaving);
    }

    [Theory]
    [InlineData("hello wide 世界", 9, "hello|wide 世界")]
    [InlineData("一二三四五六七", 6, "一二三|四五六|七")]
    [InlineData("aaaaaaaaaa", 4, "aaaa|aaaa|aa")]
    [InlineData("", 5, "")]
    public void Wrap_WideAndNarrow_NeverPassesTheEdge(string text, int columns, string expected)
    {
        var lines = Columns.Wrap(text, columns).ToList();
        Assert.Equal(expected, string.Join('|', lines));
        Assert.All(lines, line => Assert.True(Columns.Of(line) <= columns));
    }

    [Fact]
    public async Task ListenJson_OneEntry_IsOneSafeLineWithTheDocumentedFields()
    {
        using var output = new StringWriter();
        await foreach (var batch in client.ArrivalsAsync("test", skipOld: false, TestContext.Current.CancellationToken))
        {
            EntryJson.Write(output, batch[1].Entry, new OpenedEntry(Timeline.Read(batch[1].Entry), SealState.None), new Names(client, Words.English), again: true);
            break;
        }

        var line = Assert.Single(output.ToString().TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain(line, char.IsControl);
        using var json = System.Text.Json.JsonDocument.Parse(line);
        Assert.Equal(
            ["type", "conversation", "sequence", "kind", "author", "authorName", "device", "messageId", "time", "ownTime", "text", "again"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("post", 2, "Bo"), (json.RootElement.GetProperty("kind").GetString(), json.RootElement.GetProperty("sequence").GetInt32(), json.RootElement.GetProperty("authorName").GetString()));
    }

    private static void Type(ChatKeys keys, char letter) => Assert.True(keys.Press(new Pressed(Press.Letter, new Rune(letter)), ""));

    private static string Text(IReadOnlyList<IReadOnlyList<Span>> rows) => string.Join('\n', rows.Select(row => string.Concat(row.Select(span => span.Text))));

    private (ChatState State, ChatPainter Painter, ChatKeys Keys) Screen(string language)
    {
        var words = Words.For(language, _ => null);
        var state = new ChatState(client, new Names(client, words), words);
        return (state, new ChatPainter(state, words, TimeZoneInfo.Utc), new ChatKeys(state));
    }
}
