using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class MembershipTests
{
    [Fact]
    public async Task Remove_AMember_GetsWordAndThenNothing()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("team", bob);
        var (bobs, anns) = (await bob.ConnectAsync(), await ann.ConnectAsync());

        await ann.AskAsync<RemoveMemberResponse>(Method.RemoveMember, new RemoveMemberRequest { ConversationId = group.ConversationId, PersonId = bob.Person });
        await ann.SendAsync(group, TestDevice.Post("without bob"));

        Assert.True(Assert.Single(bobs.Changes).Removed);
        Assert.Empty(bobs.Entries);
        Assert.True(Content.Parser.ParseFrom(Assert.Single(anns.Entries).Content).Membership.Left);
        Assert.Equal(1u, Assert.Single(anns.Changes).MemberCount);
        Assert.Equal(RefusalCode.Denied, (await bob.RefusedAsync(Method.Fetch, new FetchRequest { ConversationId = group.ConversationId })).Code);
        Assert.Equal(RefusalCode.Denied, (await bob.SendRefusedAsync(group, TestDevice.Post("still here?"))).Code);
        Assert.Empty((await server.Device(bob).ListAsync()).Conversations);
    }

    /// <summary>Sends race with the removal: whatever was committed after it never reaches the removed.</summary>
    [Fact]
    public async Task Remove_WhileOthersSend_NothingAfterItReachesTheRemoved()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("team", bob);
        var bobs = await bob.ConnectAsync();

        var sends = Enumerable.Range(0, 100).Select(number => Task.Run(() => ann.SendAsync(group, TestDevice.Post($"{number}")))).ToList();
        await ann.AskAsync<RemoveMemberResponse>(Method.RemoveMember, new RemoveMemberRequest { ConversationId = group.ConversationId, PersonId = bob.Person });
        await Task.WhenAll(sends);

        var left = (await ann.LogAsync(group)).Single(entry => Content.Parser.ParseFrom(entry.Content).Membership?.Left == true).Sequence;
        Assert.Equal(
            Enumerable.Range(0, (int)(left - group.LastSequence - 1)).Select(offset => group.LastSequence + 1 + (ulong)offset),
            bobs.Entries.Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Add_AMember_HearsAndReadsTheConversation()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("铆钉 team");
        var bobs = await bob.ConnectAsync();
        var adding = new AddMembersRequest { ConversationId = group.ConversationId, Members = { bob.Person, ann.Person } };

        Assert.Equal(1u, (await ann.AskAsync<AddMembersResponse>(Method.AddMembers, adding)).Added);
        Assert.Equal(0u, (await ann.AskAsync<AddMembersResponse>(Method.AddMembers, adding)).Added);
        await ann.SendAsync(group, TestDevice.Post("welcome"));

        var changed = Assert.Single(bobs.Changes);
        Assert.Equal("铆钉 team", changed.Title);
        Assert.Equal(2u, changed.MemberCount);
        Assert.Equal([group.LastSequence + 1, group.LastSequence + 2], bobs.Entries.Select(entry => entry.Sequence));
        Assert.Equal(group.LastSequence + 2, (ulong)(await bob.LogAsync(group)).Count);
        await bob.SendAsync(group, TestDevice.Post("thanks"));
    }

    [Fact]
    public async Task Leave_Oneself_IsAlwaysAllowedToAMember()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("team", bob);

        await bob.AskAsync<RemoveMemberResponse>(Method.RemoveMember, new RemoveMemberRequest { ConversationId = group.ConversationId, PersonId = bob.Person });

        Assert.Equal(ann.Person, Assert.Single((await ann.ListAsync()).Conversations).Members.Single());
        Assert.Equal(
            "messaging.unknown-person",
            (await ann.RefusedAsync(Method.RemoveMember, new RemoveMemberRequest { ConversationId = group.ConversationId, PersonId = bob.Person })).Reason);
    }

    [Fact]
    public async Task Direct_ItsMembers_AreFixed()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var direct = await ann.DirectAsync(bob);
        var carl = await server.JoinAsync(server.State.Company);

        Assert.Equal(
            RefusalCode.Conflict,
            (await ann.RefusedAsync(Method.AddMembers, new AddMembersRequest { ConversationId = direct.ConversationId, Members = { carl.Person } })).Code);
        Assert.Equal(
            RefusalCode.Conflict,
            (await ann.RefusedAsync(Method.RemoveMember, new RemoveMemberRequest { ConversationId = direct.ConversationId, PersonId = bob.Person })).Code);
    }
}
