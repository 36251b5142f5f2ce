using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class EntryTests
{
    [Fact]
    public async Task Send_ToAFriend_IsStoredPushedAndFetched()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var conversation = await ann.DirectAsync(bob);
        var (bobs, anns) = (await bob.ConnectAsync(), await ann.ConnectAsync());
        var annsOther = await server.Device(ann).ConnectAsync();
        var message = TestDevice.Message(conversation, TestDevice.Post("hello"));

        var sent = await ann.AskAsync<SendResponse>(Method.Send, message);

        Assert.Equal(1UL, sent.Sequence);
        Assert.Empty(anns.Entries);
        var pushed = Assert.Single(bobs.Entries);
        Assert.Equal(pushed, Assert.Single(annsOther.Entries));
        Assert.Equal(pushed, Assert.Single((await bob.FetchAsync(conversation)).Entries));
        Assert.Equal(message.Content, pushed.Content);
        Assert.Equal(message.ClientMessageId, pushed.ClientMessageId);
        Assert.Equal(ann.Person, pushed.AuthorPersonId);
        Assert.Equal(sent.AppendedMs, pushed.OwnTimeMs);
    }
}
