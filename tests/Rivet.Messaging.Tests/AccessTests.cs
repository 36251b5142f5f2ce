using Google.Protobuf;
using Rivet.Access;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class AccessTests
{
    private static Dictionary<Method, IMessage> RequestsOn(Conversation conversation, ByteString person) => new()
    {
        [Method.AddMembers] = new AddMembersRequest { ConversationId = conversation.ConversationId, Members = { person } },
        [Method.RemoveMember] = new RemoveMemberRequest { ConversationId = conversation.ConversationId, PersonId = person },
        [Method.Send] = TestDevice.Message(conversation, TestDevice.Post("let me in")),
        [Method.Fetch] = new FetchRequest { ConversationId = conversation.ConversationId },
        [Method.Acknowledge] = new AcknowledgeRequest { Cursors = { new Cursor { ConversationId = conversation.ConversationId, Sequence = 1 } } },
        [Method.MarkRead] = new MarkReadRequest { Cursor = new Cursor { ConversationId = conversation.ConversationId, Sequence = 1 } },
        [Method.ListRead] = new ListReadRequest { ConversationId = conversation.ConversationId },
        [Method.ShowTyping] = new ShowTypingRequest { ConversationId = conversation.ConversationId },
        [Method.PutFileChunk] = new PutFileChunkRequest { ConversationId = conversation.ConversationId, FileId = TestDevice.NewId(), Last = true },
        [Method.GetFileChunk] = new GetFileChunkRequest { ConversationId = conversation.ConversationId, FileId = TestDevice.NewId() },
        [Method.ImportEntries] = new ImportEntriesRequest { ConversationId = conversation.ConversationId },
    };

    [Fact]
    public async Task EveryRequestOnAConversation_FromAStranger_IsDenied()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var colleague = await server.JoinAsync(server.State.Company);
        var administrator = await server.JoinAsync(server.State.Company, Relation.Administrator);
        var foreigner = await server.JoinAsync(EntityId.New<CompanyId>(TimeProvider.System), Relation.Administrator);
        var nobody = new TestDevice(server, Subject.OfDevice(server.State.Company, EntityId.New<PersonId>(TimeProvider.System), ann.Subject.Device));
        var group = await ann.GroupAsync("ours", bob);
        var before = await ann.LogAsync(group);

        foreach (var stranger in new[] { colleague, administrator, foreigner, nobody })
        {
            foreach (var (method, request) in RequestsOn(group, stranger.Person))
            {
                if (method == Method.ImportEntries && (stranger == administrator || stranger == foreigner))
                {
                    // Who may import still may not write into a conversation that no import of their company made.
                    Assert.Equal(stranger == administrator ? RefusalCode.Conflict : RefusalCode.NotFound, (await stranger.RefusedAsync(method, request)).Code);
                    continue;
                }

                Assert.Equal(RefusalCode.Denied, (await stranger.RefusedAsync(method, request)).Code);
            }

            var listed = await stranger.TryAskAsync(Method.ListConversations, new ListConversationsRequest());
            Assert.True(stranger == nobody ? !listed.IsOk : ((ListConversationsResponse)listed.Value).Conversations.Count == 0);
        }

        Assert.Equal(before, await ann.LogAsync(group));
    }

    [Fact]
    public async Task EveryMappedMethod_IsCoveredByTheseTests()
    {
        await using var server = await TestServer.StartAsync();
        var byCompany = new[] { Method.ListConversations, Method.CreateConversation, Method.ImportConversation, Method.WatchPresence, Method.ReadMessagePolicy, Method.ChangeMessagePolicy };

        var covered = RequestsOn(new Conversation(), ByteString.Empty).Keys.Concat(byCompany);

        Assert.Equal(server.Endpoints.All.Select(endpoint => endpoint.Method).Order(), covered.Order());
    }

    [Fact]
    public async Task Create_WithSomebodyOfAnotherCompany_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var foreigner = await server.JoinAsync(EntityId.New<CompanyId>(TimeProvider.System));
        var group = await ann.GroupAsync("ours");

        foreach (var request in new[]
        {
            new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { foreigner.Person } },
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = "mixed", Members = { foreigner.Person } },
        })
        {
            Assert.Equal("messaging.unknown-person", (await ann.RefusedAsync(Method.CreateConversation, request)).Reason);
        }

        var adding = new AddMembersRequest { ConversationId = group.ConversationId, Members = { foreigner.Person } };
        Assert.Equal("messaging.unknown-person", (await ann.RefusedAsync(Method.AddMembers, adding)).Reason);
    }

    [Fact]
    public async Task CreateImportAndWatch_WithoutTheRole_AreDenied()
    {
        await using var server = await TestServer.StartAsync();
        var (member, guest) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company, Relation.Guest));
        var import = new ImportConversationRequest { Source = "slack:T1", ExternalId = "C1", Title = "general" };

        Assert.Equal(RefusalCode.Denied, (await member.RefusedAsync(Method.ImportConversation, import)).Code);
        Assert.Equal(RefusalCode.Denied, (await guest.RefusedAsync(Method.ImportConversation, import)).Code);
        Assert.Equal(
            RefusalCode.Denied,
            (await guest.RefusedAsync(Method.CreateConversation, new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { member.Person } })).Code);
        foreach (var person in new[] { guest, member })
        {
            Assert.Equal("access.role", (await person.RefusedAsync(Method.ReadMessagePolicy, new ReadMessagePolicyRequest())).Reason);
            Assert.Equal("access.role", (await person.RefusedAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { KeepMonths = 1, MayDestroy = true })).Reason);
        }

        Assert.Equal(RefusalCode.Denied, (await guest.RefusedAsync(Method.WatchPresence, new WatchPresenceRequest { PersonIds = { member.Person } })).Code);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    public async Task EveryRequestOnAConversation_WithAMalformedId_IsInvalid(byte[] id)
    {
        await using var server = await TestServer.StartAsync();
        var administrator = await server.JoinAsync(server.State.Company, Relation.Administrator);

        foreach (var (method, request) in RequestsOn(new Conversation { ConversationId = ByteString.CopyFrom(id) }, administrator.Person))
        {
            Assert.Equal(RefusalCode.Invalid, (await administrator.RefusedAsync(method, request)).Code);
        }
    }
}
