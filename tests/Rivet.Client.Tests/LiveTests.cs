using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Rivet.Client.Home;
using Rivet.Client.Live;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Tests;

/// <summary>What a client shows of others while it is connected.</summary>
public sealed class LiveTests : IDisposable
{
    private static readonly ByteString OtherBytes = ByteString.CopyFrom(FakeServer.Other.ToBytes());
    private readonly TestHome home = new();
    private readonly FakeServer server = new(1);

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Attend_NewLink_AsksAnewAndForgetsWhoIsHereMeanwhile()
    {
        server.IsOtherHere = true;
        var conversation = server.AddConversation();
        await using var client = await home.JoinAsync(server);
        client.Attend(conversation, [FakeServer.Other]);
        client.Start();
        await TestHome.UntilAsync(client, () => client.IsPresent(FakeServer.Other) && client.ReadBy(conversation).GetValueOrDefault(FakeServer.Other) == 1);

        server.IsOtherHere = false;
        server.Drop(CloseReason.ShuttingDown);
        await TestHome.UntilAsync(client, () => !client.IsPresent(FakeServer.Other));
        server.IsOtherHere = true;
        server.Drop(CloseReason.ShuttingDown);
        await TestHome.UntilAsync(client, () => client.IsPresent(FakeServer.Other));
        Assert.All(server.Watches, watched => Assert.Equal([OtherBytes], watched));
    }

    [Fact]
    public async Task Pushes_OfPresenceWritingAndReading_AreShown()
    {
        var conversation = server.AddConversation();
        var id = ByteString.CopyFrom(conversation.ToBytes());
        await using var client = await OnlineAsync();
        client.Attend(conversation, [FakeServer.Other]);
        await TestHome.UntilAsync(client, () => client.ReadBy(conversation).Count > 0);

        server.Show(Method.PresenceChanged, new Presence { PersonId = OtherBytes, Present = true });
        server.Show(Method.TypingShown, new Typing { ConversationId = id, PersonId = OtherBytes });
        server.Show(Method.ReadMoved, FakeServer.Read(id, 7));
        server.Show(Method.ReadMoved, FakeServer.Read(id, 3));
        await TestHome.UntilAsync(client, () => client.IsPresent(FakeServer.Other) && client.Writing(conversation).SequenceEqual([FakeServer.Other]));
        await TestHome.UntilAsync(client, () => client.ReadBy(conversation)[FakeServer.Other] == 7);

        server.Show(Method.PresenceChanged, new Presence { PersonId = OtherBytes, Present = false });
        server.Say(conversation, "written");
        await TestHome.UntilAsync(client, () => !client.IsPresent(FakeServer.Other) && client.Writing(conversation).Count == 0);
    }

    [Fact]
    public async Task Pushes_ThatCannotBeRead_ChangeNothing()
    {
        var conversation = server.AddConversation();
        var id = ByteString.CopyFrom(conversation.ToBytes());
        await using var client = await OnlineAsync();
        foreach (var odd in new[] { ByteString.Empty, ByteString.CopyFrom(1, 2, 3) })
        {
            server.Show(Method.PresenceChanged, new Presence { PersonId = odd, Present = true });
            server.Show(Method.TypingShown, new Typing { ConversationId = odd, PersonId = OtherBytes });
            server.Show(Method.TypingShown, new Typing { ConversationId = id, PersonId = odd });
            server.Show(Method.ReadMoved, new ReadMoved { PersonId = odd, Cursor = new Cursor { ConversationId = id, Sequence = 1 } });
            server.Show(Method.ReadMoved, new ReadMoved { PersonId = OtherBytes });
        }

        server.Say(conversation, "after all that");
        await TestHome.UntilAsync(client, () => client.Cursor(conversation) == 1);
        Assert.Empty(client.Writing(conversation));
        Assert.Empty(client.ReadBy(conversation));
    }

    [Fact]
    public async Task ShowTyping_ManyKeystrokes_GoOutOnce()
    {
        var (here, there) = (server.AddConversation(), server.AddConversation());
        await using var client = await OnlineAsync();
        for (var key = 0; key < 20; key++)
        {
            client.ShowTyping(here);
            await Task.Yield();
        }

        client.ShowTyping(there);
        client.Attend(there, [FakeServer.Other]);
        await TestHome.UntilAsync(client, () => client.ReadBy(there).Count > 0);

        // One thing after the other: the answer to this comes after what was shown before.
        client.Attend(here, [FakeServer.Other]);
        await TestHome.UntilAsync(client, () => client.ReadBy(here).Count > 0);
        Assert.InRange(server.Typed.Count(id => id.Span.SequenceEqual(here.ToBytes())), 0, 1);
        Assert.Single(server.Typed, id => id.Span.SequenceEqual(there.ToBytes()));
    }

    [Fact]
    public void Writing_NotShownAgain_IsForgotten()
    {
        var time = new FakeTimeProvider();
        using var board = new LiveBoard(new ChangeBell(), time);
        var conversation = EntityId.New<ConversationId>(time);
        board.IsWriting(conversation, FakeServer.Other);
        time.Advance(LiveBoard.TypingCounts / 2);
        board.IsWriting(conversation, FakeServer.Self);
        time.Advance(LiveBoard.TypingCounts / 2);
        Assert.Equal([FakeServer.Self], board.Writing(conversation));
        time.Advance(LiveBoard.TypingCounts / 2);
        Assert.Empty(board.Writing(conversation));
    }

    [Fact]
    public void Presence_PushedBeforeTheAnswerIsRead_IsNewerThanTheAnswer()
    {
        using var board = new LiveBoard(new ChangeBell(), TimeProvider.System);
        board.AskPresent();
        board.CameOrWent(FakeServer.Other, false);
        board.CameOrWent(FakeServer.Self, true);
        board.ArePresent([FakeServer.Other]);
        Assert.False(board.IsPresent(FakeServer.Other));
        Assert.True(board.IsPresent(FakeServer.Self));
    }

    private async Task<RivetClient> OnlineAsync()
    {
        var client = await home.JoinAsync(server);
        client.Start();
        await TestHome.UntilAsync(client, () => client.Status.Phase is LinkPhase.Online);
        return client;
    }
}
