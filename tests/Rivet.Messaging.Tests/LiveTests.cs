using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

/// <summary>What people see of each other while they are connected.</summary>
public sealed class LiveTests
{
    private readonly FakeTimeProvider time = new();
    private readonly CompanyId company = EntityId.New<CompanyId>(TimeProvider.System);

    [Fact]
    public async Task ShowTyping_InAGroup_ReachesTheOthersAndNobodyOutside()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob, eve) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("typing", bob);
        var (anns, bobs, eves) = (await ann.ConnectAsync(), await bob.ConnectAsync(), await eve.ConnectAsync());

        for (var time = 0; time < 3; time++)
        {
            await ann.AskAsync<ShowTypingResponse>(Method.ShowTyping, new ShowTypingRequest { ConversationId = group.ConversationId });
        }

        var shown = Assert.Single(bobs.Typing);
        Assert.Equal((ann.Person, group.ConversationId), (shown.PersonId, shown.ConversationId));
        Assert.Empty(anns.Typing);
        Assert.Empty(eves.Typing);
    }

    [Fact]
    public async Task ShowTyping_MoreMembersThanAreNamed_IsShownToNobody()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var others = await Task.WhenAll(Enumerable.Range(0, Bounds.NamedMembers).Select(_ => server.JoinAsync(server.State.Company)));
        var group = await ann.GroupAsync("crowd", others);
        var (anns, connection) = (await ann.ConnectAsync(), await others[0].ConnectAsync());

        await ann.AskAsync<ShowTypingResponse>(Method.ShowTyping, new ShowTypingRequest { ConversationId = group.ConversationId });

        Assert.Empty(connection.Typing);
    }

    [Fact]
    public async Task WatchPresence_MalformedOrTooMany_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var crowd = new WatchPresenceRequest();
        crowd.PersonIds.AddRange(Enumerable.Range(0, Bounds.WatchedPeople + 1).Select(_ => TestDevice.NewId()));

        Assert.Equal(RefusalCode.Invalid, (await ann.RefusedAsync(Method.WatchPresence, crowd)).Code);
        Assert.Equal(RefusalCode.Invalid, (await ann.RefusedAsync(Method.WatchPresence, new WatchPresenceRequest { PersonIds = { ByteString.CopyFrom(1, 2) } })).Code);
    }

    [Fact]
    public async Task WatchPresence_ThroughTheServer_AnswersWhoIsHere()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob, eve) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var (anns, bobs) = (await ann.ConnectAsync(), await bob.ConnectAsync());

        var answer = await ann.AskAsync<WatchPresenceResponse>(Method.WatchPresence, new WatchPresenceRequest { PersonIds = { bob.Person, eve.Person } });
        var eves = await eve.ConnectAsync();

        Assert.Equal(bob.Person, Assert.Single(answer.Present));
        Assert.Equal((eve.Person, true), (Assert.Single(anns.Presence).PersonId, anns.Presence.Single().Present));
        Assert.Empty(bobs.Presence);
        Assert.Empty(eves.Presence);
    }

    [Fact]
    public async Task Presence_LastConnectionEnds_IsToldAfterTheGraceAndOnce()
    {
        var board = new PresenceBoard(time);
        var (watcher, watched, second) = (Connection(), Connection(), null as TestConnection);
        second = new TestConnection(Subject.OfDevice(company, watched.Subject.Person, EntityId.New<DeviceId>(TimeProvider.System)));
        await SignInAsync(board, watcher, watched, second);
        board.Watch(watcher.Subject, [watched.Subject.Person, watched.Subject.Person]);

        await board.ClosedAsync(watched);
        time.Advance(PresenceBoard.Grace * 2);
        Assert.Empty(watcher.Presence);

        await board.ClosedAsync(second);
        time.Advance(PresenceBoard.Grace - TimeSpan.FromMilliseconds(1));
        Assert.Empty(watcher.Presence);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(Assert.Single(watcher.Presence).Present);
    }

    [Fact]
    public async Task Presence_BackWithinTheGrace_WasNeverAway()
    {
        var board = new PresenceBoard(time);
        var (watcher, watched) = (Connection(), Connection());
        await SignInAsync(board, watcher, watched);
        board.Watch(watcher.Subject, [watched.Subject.Person]);

        for (var round = 0; round < 3; round++)
        {
            await board.ClosedAsync(watched);
            time.Advance(PresenceBoard.Grace / 2);
            await SignInAsync(board, watched);
            time.Advance(PresenceBoard.Grace * 2);
        }

        Assert.Empty(watcher.Presence);
        await board.ClosedAsync(watched);
        time.Advance(PresenceBoard.Grace);
        Assert.False(Assert.Single(watcher.Presence).Present);
    }

    [Fact]
    public async Task Presence_OfAnotherCompany_IsNeitherAnsweredNorTold()
    {
        var board = new PresenceBoard(time);
        var (watcher, watched) = (Connection(), Connection(EntityId.New<CompanyId>(TimeProvider.System)));
        await SignInAsync(board, watcher, watched);

        Assert.Empty(board.Watch(watcher.Subject, [watched.Subject.Person]));
        await board.ClosedAsync(watched);
        time.Advance(PresenceBoard.Grace);
        await SignInAsync(board, watched);
        Assert.Empty(watcher.Presence);
    }

    [Fact]
    public async Task Watch_Anew_ReplacesWhatWasWatched_AndEndsWithTheConnection()
    {
        var board = new PresenceBoard(time);
        var (watcher, one, other) = (Connection(), Connection(), Connection());
        await SignInAsync(board, watcher);
        board.Watch(watcher.Subject, [one.Subject.Person]);
        board.Watch(watcher.Subject, [other.Subject.Person]);
        await SignInAsync(board, one, other);

        Assert.Equal(other.Subject.Person.ToBytes(), Assert.Single(watcher.Presence).PersonId.ToByteArray());
        watcher.Forget();
        await board.ClosedAsync(watcher);
        await board.ClosedAsync(other);
        time.Advance(PresenceBoard.Grace);
        Assert.Empty(watcher.Presence);
    }

    [Fact]
    public async Task MayShowTyping_AgainAndElsewhere_IsBoundedPerConversation()
    {
        var board = new PresenceBoard(time);
        var typist = Connection();
        var (here, there) = (EntityId.New<ConversationId>(TimeProvider.System), EntityId.New<ConversationId>(TimeProvider.System));
        Assert.False(board.MayShowTyping(typist.Subject, here));
        await SignInAsync(board, typist);

        Assert.True(board.MayShowTyping(typist.Subject, here));
        Assert.False(board.MayShowTyping(typist.Subject, here));
        Assert.True(board.MayShowTyping(typist.Subject, there));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(board.MayShowTyping(typist.Subject, there));
    }

    private TestConnection Connection(CompanyId? of = null)
        => new(Subject.OfDevice(of ?? company, EntityId.New<PersonId>(TimeProvider.System), EntityId.New<DeviceId>(TimeProvider.System)));

    private static async Task SignInAsync(PresenceBoard board, params TestConnection[] connections)
    {
        foreach (var connection in connections)
        {
            Assert.True(await board.SignedInAsync(connection, CancellationToken.None));
        }
    }
}
