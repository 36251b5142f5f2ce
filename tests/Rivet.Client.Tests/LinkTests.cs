using Rivet.Client.Native;
using Rivet.Link;
using Rivet.Wire;

namespace Rivet.Client.Tests;

public sealed class LinkTests : IDisposable
{
    private readonly TestHome home = new();
    private readonly FakeServer server = new(1);

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Join_Refused_LeavesAHomeThatMayTryAgain()
    {
        server.RefuseNext = LinkRefusal.Unreachable;
        Assert.Equal("link.unreachable", (await home.TryJoinAsync(server)).Refusal.Reason);
        Assert.Equal(ClientRefusal.NotJoined, NativeClient.Open(home.Home, (_, _, _) => server.DialAsync, TimeProvider.System).Refusal.Reason);
        await using var client = await home.JoinAsync(server);
        Assert.Equal("Ana", client.Profile.PersonName);
    }

    [Fact]
    public async Task Join_CodeSpentByThisVeryDevice_SignsIn()
    {
        server.RefuseNext = LinkRefusal.Refused;
        await using var client = await home.JoinAsync(server);
        Assert.Equal(2, server.Dials);
    }

    [Fact]
    public async Task Join_AlreadyJoined_Refuses()
    {
        await (await home.JoinAsync(server)).DisposeAsync();
        Assert.Equal(ClientRefusal.AlreadyJoined, (await home.TryJoinAsync(server)).Refusal.Reason);
    }

    [Theory]
    [InlineData(LinkRefusal.WrongServerKey, "link.wrong-server-key")]
    [InlineData(LinkRefusal.Refused, "link.refused")]
    [InlineData(LinkRefusal.VersionMismatch, "link.version")]
    public async Task Start_RefusedForGood_EndsAndDoesNotTryAgain(LinkRefusal refusal, string reason)
    {
        await using var client = await home.JoinAsync(server);
        server.RefuseNext = refusal;
        client.Start();
        await client.Ended;
        Assert.Equal(new LinkStatus(LinkPhase.Ended, reason), client.Status);
        Assert.Equal(2, server.Dials);
    }

    [Fact]
    public async Task Start_SignedOut_EndsAndDoesNotTryAgain()
    {
        await using var client = await OnlineAsync();
        server.Drop(CloseReason.SignedOut);
        await client.Ended;
        Assert.Equal(new LinkStatus(LinkPhase.Ended, "link.signed-out"), client.Status);
        var refused = await client.SendAsync(server.AddConversation(), Composer.Post("x", 0, [], []), TestContext.Current.CancellationToken);
        Assert.Equal("link.signed-out", refused.Refusal.Reason);
    }

    [Fact]
    public async Task Start_LinkLost_ComesBack()
    {
        await using var client = await OnlineAsync();
        server.Drop(CloseReason.CloseNone);
        server.RefuseNext = LinkRefusal.Unreachable;
        await TestHome.UntilAsync(client, () => server.Dials >= 4 && client.Status.Phase is LinkPhase.Online);
    }

    [Fact]
    public async Task Send_ServerRefuses_SaysWhyAndTheQueueIsEmpty()
    {
        await using var client = await OnlineAsync();
        var conversation = server.AddConversation();
        server.RefuseSend = _ => new Refusal { Code = RefusalCode.Denied, Reason = "access.not-a-member" };
        var refused = await client.SendAsync(conversation, Composer.Post("x", 0, [], []), TestContext.Current.CancellationToken);
        Assert.Equal("access.not-a-member", refused.Refusal.Reason);
        Assert.Empty(client.Pending(conversation));
    }

    [Fact]
    public async Task Send_CancelledWithoutLink_StaysQueuedAndGoesOutLater()
    {
        var conversation = server.AddConversation();
        await using (var client = await home.JoinAsync(server))
        {
            using var never = new CancellationTokenSource();
            await never.CancelAsync();
            Assert.Equal(ClientRefusal.Queued, (await client.SendAsync(conversation, Composer.Post("later", 0, [], []), never.Token)).Refusal.Reason);
        }

        await using var again = home.Open(server);
        Assert.Single(again.Pending(conversation));
        again.Start();
        await TestHome.UntilAsync(again, () => again.Pending(conversation).Count == 0);
        Assert.Equal(["later"], server.Texts(conversation));
    }

    [Fact]
    public async Task TwoProcessesOfOneHome_ShareOneLink_AndTheSecondTakesOver()
    {
        var conversation = server.AddConversation();
        var listener = await OnlineAsync();
        await using var second = home.Open(server);
        second.Start();
        Assert.Equal(LinkPhase.Online, (await second.CaughtUpAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken)).Phase);
        var dials = server.Dials;

        var sent = await second.SendAsync(conversation, Composer.Post("through the other", 0, [], []), TestContext.Current.CancellationToken);
        Assert.Equal(1UL, sent.Value.Sequence);
        var echo = await second.AskAsync(
            Method.Echo, new EchoRequest { Payload = Google.Protobuf.ByteString.CopyFromUtf8("你好") }, EchoResponse.Parser, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.Equal("你好", echo.Value.Payload.ToStringUtf8());
        var unknown = await second.AskAsync(Method.OpenPage, new OpenPageRequest(), OpenPageResponse.Parser, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.Equal(RefusalCode.UnknownMethod, unknown.Refusal.Code);
        Assert.Equal(dials, server.Dials);
        server.Say(conversation, "to both");
        await TestHome.UntilAsync(second, () => second.Cursor(conversation) == 2);

        await listener.DisposeAsync();
        await TestHome.UntilAsync(second, () => second.Status.Phase is LinkPhase.Online && server.Dials == dials + 1);
        server.Say(conversation, "to the second");
        await TestHome.UntilAsync(second, () => second.Cursor(conversation) == 3);
    }

    [Fact]
    public async Task Ask_NoLinkInTime_SaysOfflineAndNothingWasAsked()
    {
        await using var client = await home.JoinAsync(server);
        var refused = await client.AskAsync(Method.Echo, new EchoRequest(), EchoResponse.Parser, TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.Equal(ClientRefusal.Offline, refused.Refusal.Reason);
    }

    [Fact]
    public async Task MarkRead_WithoutLink_IsKeptAndNeverMovesBack()
    {
        var conversation = server.AddConversation();
        await using var client = await OnlineAsync();
        server.Say(conversation, "one");
        server.Say(conversation, "two");
        await TestHome.UntilAsync(client, () => client.Cursor(conversation) == 2);
        Assert.Equal(2, client.Unread(conversation, 100));
        client.MarkRead(conversation, 2);
        client.MarkRead(conversation, 1);
        Assert.Equal(2UL, client.ReadUpTo(conversation));
        Assert.Equal(0, client.Unread(conversation, 100));
    }

    private async Task<RivetClient> OnlineAsync()
    {
        var client = await home.JoinAsync(server);
        client.Start();
        Assert.Equal(LinkPhase.Online, (await client.CaughtUpAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken)).Phase);
        return client;
    }
}
