using Google.Protobuf;
using Rivet.Client;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Simulation.Tests;

/// <summary>What the schedules found, each in its shortest form.</summary>
public sealed class FoundTests : IDisposable
{
    private readonly World world = World.Quiet();

    private Device Founder => world.Devices[0];

    private Device Other => world.Devices.First(device => device.Subject.Person != world.Founder.Person);

    private ConversationId Group => world.Conversations[0];

    public void Dispose() => world.Dispose();

    /// <summary>The founding device is pushed nothing of its own conversation: it has to fetch the log's beginning.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Create_OnTheFoundersDevice_ItHoldsTheLog(bool online)
    {
        if (!online)
        {
            // Just started, it has no link yet: the request waits in the home as an errand.
            Founder.Process!.Kill();
            Founder.Start();
        }

        Create();

        Assert.Equal(2, world.Server.Log(world.Conversations[^1]).Count);
        Assert.Equal(2UL, Founder.Client!.Cursor(world.Conversations[^1]));
    }

    /// <summary>A fetch that the removal refused must not keep the session from fetching once the person is a member again.</summary>
    [Fact]
    public void AddMember_AfterARefusedFetch_HoldsTheLogAgain()
    {
        SayWhileTheOtherIsAway();
        world.Before = (who, method) => Once(who, method, Method.Fetch, () => Change(Method.RemoveMember));
        world.Loop.Run();

        Change(Method.AddMembers);
        world.Loop.Run();

        Assert.Equal((ulong)world.Server.Log(Group).Count, Other.Client!.Cursor(Group));
    }

    /// <summary>Cursors are moved all or none: one conversation the person just left must not hold the others back.</summary>
    [Fact]
    public void Acknowledge_WithAConversationJustLeft_MovesTheOthers()
    {
        Create();
        SayWhileTheOtherIsAway();
        world.Before = (who, method) => Once(who, method, Method.Acknowledge, () => Change(Method.RemoveMember));
        world.Loop.Run();

        var listed = (ListConversationsResponse)world.Server.Ask(Other.Subject, Method.ListConversations, new ListConversationsRequest()).Value;
        Assert.All(listed.Conversations, one => Assert.Equal(one.LastSequence, one.DeviceCursor));
    }

    /// <summary>A server that cannot store the mark now was not told.</summary>
    [Fact]
    public void MarkRead_ServerUnavailable_IsToldLater()
    {
        var refusals = 0;
        world.Before = (_, method) => method is Method.MarkRead && refusals++ < 2
            ? new Refusal { Code = RefusalCode.Unavailable, Reason = "store.unavailable" }
            : null;
        World.As(Other, client => client.MarkRead(Group, 2));
        world.Loop.Run();

        var listed = (ListConversationsResponse)world.Server.Ask(Other.Subject, Method.ListConversations, new ListConversationsRequest()).Value;
        Assert.Equal(2UL, listed.Conversations.Single(one => one.ConversationId.Span.SequenceEqual(Group.ToBytes())).ReadSequence);
    }

    /// <summary>A list that was on its way while a conversation was founded does not say that it is gone.</summary>
    [Fact]
    public void List_OlderThanAConversation_DoesNotRemoveIt()
    {
        Founder.Process!.Kill();
        world.Network.Thinking = method => TimeSpan.FromSeconds(method is Method.ListConversations ? 10 : 0);
        var shown = new List<bool>();
        world.Before = (who, method) => Once(who, method, Method.ListConversations, () => world.Loop.At(TimeSpan.Zero, () => World.As(
            Founder, client => _ = client.CreateConversationAsync(ConversationKind.Group, "new", [Other.Subject.Person], CancellationToken.None))));
        Founder.Ledger.ConversationKept = conversation => shown.Add(!conversation.Removed);
        world.Loop.Run();

        Assert.Contains(true, shown);
        Assert.DoesNotContain(false, shown);
    }

    private Refusal? Once(Subject who, Method asked, Method awaited, Action work)
    {
        if (asked == awaited && who == (awaited is Method.ListConversations ? Founder : Other).Subject)
        {
            world.Before = (_, _) => null;
            work();
        }

        return null;
    }

    private void Create()
    {
        World.As(Founder, client => _ = client.CreateConversationAsync(ConversationKind.Direct, "", [Other.Subject.Person], CancellationToken.None));
        World.As(Founder, client => _ = client.CreateConversationAsync(ConversationKind.Group, "new", [], CancellationToken.None));
        world.Loop.Run(world.Loop.Now + TimeSpan.FromMinutes(3));
    }

    private void SayWhileTheOtherIsAway()
    {
        Other.Process!.Kill();
        Other.PartitionedUntil = world.Loop.Now + TimeSpan.FromMinutes(1);
        foreach (var conversation in world.Conversations)
        {
            World.As(Founder, client => client.Queue(conversation, Composer.Post("while away", 0, [], [])));
        }
    }

    private void Change(Method method)
    {
        var person = Other.Welcome.PersonId;
        var group = ByteString.CopyFrom(Group.ToBytes());
        Assert.True(world.Server.Ask(world.Founder, method, method is Method.RemoveMember
            ? new RemoveMemberRequest { ConversationId = group, PersonId = person }
            : new AddMembersRequest { ConversationId = group, Members = { person } }).IsOk);
    }
}
