using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class ConversationTests
{
    [Fact]
    public async Task Direct_FoundedFromBothSidesAtOnce_IsOne()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => number % 2 == 0 ? ann.DirectAsync(bob) : bob.DirectAsync(ann))));

        Assert.Single(answers.Select(conversation => conversation.ConversationId).Distinct());
        Assert.Single((await ann.ListAsync()).Conversations);
    }

    [Fact]
    public async Task Group_WhenFounded_BeginsWithTitleAndMembersAndIsAnnounced()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var (anns, bobs) = (await ann.ConnectAsync(), await bob.ConnectAsync());

        var group = await ann.GroupAsync("Lunch 午饭", bob);

        Assert.Equal(group, Assert.Single(bobs.Changes));
        Assert.Empty(anns.Changes);
        var contents = (await bob.LogAsync(group)).Select(entry => Content.Parser.ParseFrom(entry.Content)).ToList();
        Assert.Equal("Lunch 午饭", contents[0].Titled.Title);
        Assert.Equal([ann.Person, bob.Person], contents[1..].Select(content => content.Membership.PersonId).Order(ByteOrder.Instance));
    }

    [Fact]
    public async Task List_InPages_GivesEveryConversationOnce()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var founded = new List<Conversation>();
        for (var number = 0; number < 7; number++)
        {
            founded.Add(await ann.GroupAsync($"group {number}"));
        }

        var listed = new List<Conversation>();
        for (var more = true; more;)
        {
            var request = new ListConversationsRequest { Limit = 3 };
            if (listed.Count > 0)
            {
                request.After = listed[^1].ConversationId;
            }

            var page = await ann.AskAsync<ListConversationsResponse>(Method.ListConversations, request);
            listed.AddRange(page.Conversations);
            more = page.More;
        }

        Assert.Equal(founded.OrderBy(one => one.ConversationId, ByteOrder.Instance), listed);
    }

    [Fact]
    public async Task Create_BreakingABound_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));

        foreach (var request in new[]
        {
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = string.Empty },
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = "   " },
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = new string('x', 201) },
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = "many", Members = { Enumerable.Range(0, 2001).Select(_ => TestDevice.NewId()) } },
            new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { ann.Person } },
            new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { bob.Person, ann.Person } },
            new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { bob.Person }, Title = "no" },
            new CreateConversationRequest { Title = "none", Members = { bob.Person } },
        })
        {
            Assert.Equal(RefusalCode.Invalid, (await ann.RefusedAsync(Method.CreateConversation, request)).Code);
        }
    }
}
