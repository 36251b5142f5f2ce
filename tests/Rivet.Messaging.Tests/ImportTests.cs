using Google.Protobuf;
using Rivet.Access;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class ImportTests
{
    [Fact]
    public async Task Import_ASecondTime_AddsNothing()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        var request = new ImportConversationRequest { Source = "slack:T1", ExternalId = "C1", Title = "general", Members = { ann.Person } };
        var first = await administrator.AskAsync<ImportConversationResponse>(Method.ImportConversation, request);
        var batch = Batch(first.Conversation, [.. Enumerable.Range(0, 20).Select(number => Item($"{number}", ann, TestDevice.Post($"old {number}")))]);

        Assert.Equal((20u, 0u), await ImportAsync(administrator, batch));
        var log = await ann.LogAsync(first.Conversation);
        request.Title = "renamed in the archive";
        var second = await administrator.AskAsync<ImportConversationResponse>(Method.ImportConversation, request);

        Assert.True(second.Existed);
        Assert.Equal("general", second.Conversation.Title);
        Assert.Equal(first.Conversation.ConversationId, second.Conversation.ConversationId);
        Assert.Equal((0u, 20u), await ImportAsync(administrator, batch));
        Assert.Equal(log, await ann.LogAsync(first.Conversation));
    }

    [Fact]
    public async Task Import_OfAHistory_KeepsItsOrderTimesAndPointers()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        var conversation = await FoundAsync(administrator, ann);
        var joined = new Content { Membership = new Membership { PersonId = ann.Person } };
        await ImportAsync(administrator, Batch(conversation, Item("join", ann, joined), Item("1", ann, TestDevice.Post("question"))));
        await ann.SendAsync(conversation, TestDevice.Post("live"));

        await ImportAsync(administrator, Batch(
            conversation,
            Item("2", ann, TestDevice.Post("answer"), "1"),
            Item("2/edit", ann, new Content { Edit = new Edit { Body = new Body { Text = "better answer" } } }, "2"),
            Item("1/+1", ann, new Content { Reaction = new Reaction { Emoji = "👍" } }, "1")));

        var log = await ann.LogAsync(conversation);
        var contents = log.ConvertAll(entry => Content.Parser.ParseFrom(entry.Content));
        Assert.Equal([0UL, 0, 0, 2, 4, 2], contents.Select(content => Math.Max(Math.Max(content.Post?.Thread ?? 0, content.Edit?.Target ?? 0), content.Reaction?.Target ?? 0)));
        Assert.Equal(1_500_000_000_000, log[0].OwnTimeMs);
        Assert.True(log[0].AppendedMs > log[0].OwnTimeMs);
        Assert.True(log[0].AuthorDeviceId.IsEmpty && log[0].ClientMessageId.IsEmpty);
    }

    [Fact]
    public async Task Import_OfADamagedBatch_NamesTheEntryAndStoresNothing()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        var conversation = await FoundAsync(administrator, ann);
        var good = Item("good", ann, TestDevice.Post("good"));
        var damaged = Item("damaged-7", ann, TestDevice.Post("x"));
        damaged.Content = ByteString.CopyFrom(0x0A, 0x7F);
        var nobodys = Item("nobodys", ann, TestDevice.Post("x"));
        nobodys.AuthorPersonId = TestDevice.NewId();

        foreach (var (bad, named) in new[]
        {
            (damaged, "damaged-7"),
            (Item("answer", ann, TestDevice.Post("x"), "missing-1"), "missing-1"),
            (Item("edit-of-nothing", ann, new Content { Edit = new Edit { Body = new Body { Text = "x" } } }), "edit-of-nothing"),
            (nobodys, Kernel.EntityId.Format(new Guid(nobodys.AuthorPersonId.Span, bigEndian: true))),
            (Item(new string('x', 257), ann, TestDevice.Post("x")), "xxx"),
        })
        {
            var refusal = await administrator.RefusedAsync(Method.ImportEntries, Batch(conversation, good, bad));
            Assert.Contains(named, refusal.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(0UL, (await ann.FetchAsync(conversation)).LastSequence);
        Assert.Equal(
            RefusalCode.TooLarge,
            (await administrator.RefusedAsync(Method.ImportEntries, Batch(conversation, [.. Enumerable.Range(0, 501).Select(_ => good)]))).Code);
    }

    [Fact]
    public async Task Import_OfManyEntries_IsAnnouncedOnce()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        var conversation = await FoundAsync(administrator, ann);
        var anns = await ann.ConnectAsync();

        await ImportAsync(administrator, Batch(conversation, Item("few", ann, TestDevice.Post("x"))));
        Assert.Equal(1UL, Assert.Single(anns.Entries).Sequence);
        await ImportAsync(administrator, Batch(conversation, [.. Enumerable.Range(0, 60).Select(number => Item($"{number}", ann, TestDevice.Post("x")))]));

        Assert.Single(anns.Entries);
        Assert.Equal((61UL, "general"), (Assert.Single(anns.Changes).LastSequence, anns.Changes.Single().Title));
    }

    [Fact]
    public async Task Import_IntoALiveConversation_StaysDense()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        var conversation = await FoundAsync(administrator, ann);
        var sends = Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() => ann.SendAsync(conversation, TestDevice.Post($"live {number}")))));
        Assert.Equal((2u, 0u), await ImportAsync(administrator, Batch(
            conversation, Item("a", ann, TestDevice.Post("question")), Item("b", ann, TestDevice.Post("answer"), "a"))));
        await sends;

        var log = await ann.LogAsync(conversation);
        Assert.Equal(Enumerable.Range(1, 42).Select(sequence => (ulong)sequence), log.Select(entry => entry.Sequence));
        var answer = Content.Parser.ParseFrom(log.Last(entry => entry.AuthorDeviceId.IsEmpty).Content);
        Assert.Equal("question", Content.Parser.ParseFrom(log[(int)answer.Post.Thread - 1].Content).Post.Body.Text);
    }

    private static async Task<Conversation> FoundAsync(TestDevice administrator, TestDevice member)
        => (await administrator.AskAsync<ImportConversationResponse>(
            Method.ImportConversation,
            new ImportConversationRequest { Source = "slack:T1", ExternalId = "C1", Title = "general", Members = { member.Person } })).Conversation;

    private static async Task<(uint Added, uint Existed)> ImportAsync(TestDevice administrator, ImportEntriesRequest batch)
    {
        var response = await administrator.AskAsync<ImportEntriesResponse>(Method.ImportEntries, batch);
        return (response.Added, response.Existed);
    }

    private static ImportEntriesRequest Batch(Conversation conversation, params ImportedEntry[] entries)
        => new() { ConversationId = conversation.ConversationId, Entries = { entries } };

    private static ImportedEntry Item(string externalId, TestDevice author, Content content, string target = "") => new()
    {
        ExternalId = externalId,
        AuthorPersonId = author.Person,
        OwnTimeMs = 1_500_000_000_000,
        Content = content.ToByteString(),
        TargetExternalId = target,
    };
}
