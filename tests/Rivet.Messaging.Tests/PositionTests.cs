using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class PositionTests
{
    [Fact]
    public async Task Acknowledge_OutOfOrder_TheCursorNeverMovesBack()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("cursor");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => ann.SendAsync(group, TestDevice.Post($"{number}"))));

        await Task.WhenAll(new ulong[] { 3, 9, 1, 7, 0 }.Select(sequence => ann.AskAsync<AcknowledgeResponse>(Method.Acknowledge, Acknowledge(group, sequence))));

        Assert.Equal(9UL, Assert.Single((await ann.ListAsync()).Conversations).DeviceCursor);
        Assert.Equal(0UL, Assert.Single((await server.Device(ann).ListAsync()).Conversations).DeviceCursor);
    }

    [Fact]
    public async Task Acknowledge_OneOfThemAheadOfTheLog_MovesNone()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var (one, other) = (await ann.GroupAsync("one"), await ann.GroupAsync("other"));
        var request = Acknowledge(one, 1);
        request.Cursors.Add(new Cursor { ConversationId = other.ConversationId, Sequence = other.LastSequence + 1 });

        Assert.Equal("messaging.cursor-ahead", (await ann.RefusedAsync(Method.Acknowledge, request)).Reason);

        Assert.All((await ann.ListAsync()).Conversations, conversation => Assert.Equal(0UL, conversation.DeviceCursor));
        Assert.Equal(RefusalCode.Invalid, (await ann.RefusedAsync(Method.Acknowledge, Acknowledge(one, ulong.MaxValue))).Code);
    }

    [Fact]
    public async Task MarkRead_Onwards_IsShownToOthersOnce()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var direct = await ann.DirectAsync(bob);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(number => ann.SendAsync(direct, TestDevice.Post($"{number}"))));
        var (anns, bobs, bobsOther) = (await ann.ConnectAsync(), await bob.ConnectAsync(), await server.Device(bob).ConnectAsync());

        foreach (var sequence in new ulong[] { 4, 2, 4 })
        {
            await bob.AskAsync<MarkReadResponse>(
                Method.MarkRead, new MarkReadRequest { Cursor = new Cursor { ConversationId = direct.ConversationId, Sequence = sequence } });
        }

        Assert.Empty(bobs.Reads);
        Assert.Equal(4UL, Assert.Single(anns.Reads).Cursor.Sequence);
        Assert.Equal(bob.Person, Assert.Single(bobsOther.Reads).PersonId);
        Assert.Equal(4UL, Assert.Single((await server.Device(bob).ListAsync()).Conversations).ReadSequence);
        Assert.Equal(0UL, Assert.Single((await ann.ListAsync()).Conversations).ReadSequence);
    }

    [Fact]
    public async Task ListRead_SomeHaveRead_GivesMembersPositionsAndNobodyElses()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob, eve) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("read", bob, eve);
        await ann.SendAsync(group, TestDevice.Post("hello"));
        foreach (var (reader, sequence) in new[] { (bob, 2UL), (eve, 4UL) })
        {
            await reader.AskAsync<MarkReadResponse>(
                Method.MarkRead, new MarkReadRequest { Cursor = new Cursor { ConversationId = group.ConversationId, Sequence = sequence } });
        }

        await ann.AskAsync<RemoveMemberResponse>(Method.RemoveMember, new RemoveMemberRequest { ConversationId = group.ConversationId, PersonId = eve.Person });

        var position = Assert.Single((await ann.AskAsync<ListReadResponse>(Method.ListRead, new ListReadRequest { ConversationId = group.ConversationId })).Positions);
        Assert.Equal((bob.Person, 2UL), (position.PersonId, position.Cursor.Sequence));
    }

    [Fact]
    public async Task ListRead_MoreMembersThanAreNamed_IsEmpty()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var others = await Task.WhenAll(Enumerable.Range(0, Bounds.NamedMembers).Select(_ => server.JoinAsync(server.State.Company)));
        var group = await ann.GroupAsync("crowd", others);
        await others[0].AskAsync<MarkReadResponse>(
            Method.MarkRead, new MarkReadRequest { Cursor = new Cursor { ConversationId = group.ConversationId, Sequence = 1 } });

        Assert.Empty((await ann.AskAsync<ListReadResponse>(Method.ListRead, new ListReadRequest { ConversationId = group.ConversationId })).Positions);
    }

    private static AcknowledgeRequest Acknowledge(Conversation conversation, ulong sequence)
        => new() { Cursors = { new Cursor { ConversationId = conversation.ConversationId, Sequence = sequence } } };
}
