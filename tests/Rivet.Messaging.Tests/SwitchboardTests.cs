using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

/// <summary>What is committed while a new connection reads its conversations goes before what it read.</summary>
public sealed class SwitchboardTests
{
    private static readonly PushFrame Frame = PushFrame.Encode(Method.ConversationChanged, new Conversation());

    [Theory]
    [InlineData("", true)]
    [InlineData("leave", false)]
    [InlineData("join", true)]
    [InlineData("leave join", true)]
    [InlineData("join leave", false)]
    public async Task MemberWhoConnects_WhileMembershipChanges_HearsAsTheLastCommitSays(string meanwhile, bool hears)
        => Assert.Equal(hears ? 1 : 0, await HeardAsync(meanwhile, isMember: true));

    [Theory]
    [InlineData("", false)]
    [InlineData("join", true)]
    [InlineData("join leave", false)]
    public async Task StrangerWhoConnects_WhileMembershipChanges_HearsAsTheLastCommitSays(string meanwhile, bool hears)
        => Assert.Equal(hears ? 1 : 0, await HeardAsync(meanwhile, isMember: false));

    [Fact]
    public async Task ConnectionThatEnded_WhileItsConversationsWereRead_IsFollowedNoMore()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = Id(await ann.GroupAsync("read"));
        var connection = new TestConnection(ann.Subject);
        Switchboard? board = null;
        board = new Switchboard(new InterruptedStore(server.Store, () => board!.ClosedAsync(connection).AsTask().Wait()));

        await board.SignedInAsync(connection, CancellationToken.None);
        board.Push(group, Frame);
        board.Push(ann.Subject.Person, Frame);

        Assert.Empty(connection.Changes);
        Assert.Equal(0, board.Connected);
    }

    /// <summary>How many pushes of the conversation reach somebody who connected while that was committed.</summary>
    private static async Task<int> HeardAsync(string meanwhile, bool isMember)
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = Id(await ann.GroupAsync("read", isMember ? [bob] : []));
        var connection = new TestConnection(bob.Subject);
        Switchboard? board = null;
        board = new Switchboard(new InterruptedStore(server.Store, () =>
        {
            foreach (var change in meanwhile.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (change == "join")
                {
                    board!.Join(group, bob.Subject.Person);
                }
                else
                {
                    board!.Leave(group, bob.Subject.Person);
                }
            }
        }));

        await board.SignedInAsync(connection, CancellationToken.None);
        board.Push(group, Frame);
        return connection.Changes.Count();
    }

    private static ConversationId Id(Conversation conversation) => EntityId.Read<ConversationId>(conversation.ConversationId.Span);

    /// <summary>Between what a query read and its answer, something else happens.</summary>
    private sealed class InterruptedStore(IStore inner, Action between) : IStore
    {
        public Task<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken ct) => inner.WriteAsync(work, ct);

        public async ValueTask<T> ReadAsync<T>(Func<ReadSession, T> query, CancellationToken ct)
        {
            var read = await inner.ReadAsync(query, ct);
            between();
            return read;
        }
    }
}
