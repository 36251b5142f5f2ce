using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Access;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

/// <summary>A company that seals its messages with its own keys: what the server says of it, takes and refuses.</summary>
public sealed class SealingTests
{
    private static readonly CompanySealing Required = new() { Enabled = true, KeyServer = "https://keys.example.com:8446", Pin = ByteString.CopyFrom(new byte[32]), Required = true };

    [Fact]
    public async Task Required_TakesSealedBodiesAndRefusesWhatItCouldRead()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("Plan", administrator);
        var id = TestDevice.NewId();
        var before = await ann.SendAsync(group, TestDevice.Post("from before"), id);
        await ChangeAsync(administrator, Required);

        var post = await ann.SendAsync(group, new Content { Post = new Post { Body = Sealed() } });
        await ann.SendAsync(group, new Content { Edit = new Edit { Target = post.Sequence, Body = Sealed() } });
        await ann.SendAsync(group, new Content { Reaction = new Reaction { Target = post.Sequence, Emoji = "👍" } });
        await ann.SendAsync(group, new Content { Recall = new Recall { Target = post.Sequence } });
        var log = await ann.LogAsync(group);
        Content[] readable =
        [
            TestDevice.Post("in clear"),
            new() { Edit = new Edit { Target = before.Sequence, Body = new Body { Text = "in clear" } } },
            new() { Post = new Post { Body = Sealed(), Mentions = { new Mention { PersonId = ann.Person } } } },
            new() { Post = new Post { Attachments = { new Attachment { FileId = ByteString.CopyFrom(new byte[16]), Name = "plain.txt" } } } },
        ];
        foreach (var content in readable)
        {
            var refused = await ann.SendRefusedAsync(group, content);
            Assert.Equal((RefusalCode.Denied, "messaging.must-be-sealed"), (refused.Code, refused.Reason));
        }

        Assert.Equal(log, await ann.LogAsync(group));

        // What was accepted before stays readable, and is answered when it is repeated.
        Assert.Equal("from before", Content.Parser.ParseFrom(log.Single(entry => entry.Sequence == before.Sequence).Content).Post.Body.Text);
        Assert.True((await ann.SendAsync(group, TestDevice.Post("from before"), id)).Duplicate);

        // Another company is not touched, and without "required" both are taken.
        await ChangeAsync(administrator, new CompanySealing(Required) { Required = false });
        await ann.SendAsync(group, TestDevice.Post("in clear"));
        await ChangeAsync(administrator, Required);
        await ChangeAsync(administrator, new CompanySealing());
        await ann.SendAsync(group, TestDevice.Post("in clear"));
    }

    [Fact]
    public async Task Origins_OfKeyServers_AreThoseThatCompaniesNameAndExact()
    {
        await using var server = await TestServer.StartAsync();
        var administrator = await server.JoinAsync(server.State.Company, Relation.Administrator);
        var origins = server.Services.GetRequiredService<KeyServerOrigins>();
        Assert.Empty(await origins.ReadAsync(TestContext.Current.CancellationToken));
        await ChangeAsync(administrator, new CompanySealing(Required) { KeyServer = Required.KeyServer + "/" });
        Assert.Equal(["https://keys.example.com:8446"], await origins.ReadAsync(TestContext.Current.CancellationToken));
        await ChangeAsync(administrator, new CompanySealing());
        Assert.Empty(await origins.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("https://keys.example.com:8446", "https://keys.example.com:8446")]
    [InlineData("https://KEYS.example.com:443", "https://keys.example.com")]
    [InlineData("https://192.0.2.7:8446", "https://192.0.2.7:8446")]
    [InlineData("https://[2001:db8::1]:8446", null)]
    [InlineData("https://*.example.com", null)]
    [InlineData("https://*", null)]
    [InlineData("https://a;script-src@keys.example.com", null)]
    [InlineData("https://keys.example.com; script-src 'unsafe-inline'", null)]
    [InlineData("https://keys.example.com:8446/path", null)]
    [InlineData("http://keys.example.com:8446", null)]
    [InlineData("'unsafe-inline'", null)]
    [InlineData("", null)]
    public void Origin_OfASetting_IsOneHostOrNothing(string setting, string? origin) => Assert.Equal(origin, KeyServerOrigins.Of(setting));

    [Fact]
    public async Task Setting_IsSaidToEverybodyOfTheCompanyAndChangedByAdministratorsAlone()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        Assert.Null((await ann.ListAsync()).Sealing);
        Assert.Equal("access.role", (await ann.RefusedAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Sealing = Required })).Reason);
        await ChangeAsync(administrator, Required);
        var said = (await ann.ListAsync()).Sealing;
        Assert.Equal((true, Required.KeyServer, Required.Pin, true), (said.Enabled, said.KeyServer, said.Pin, said.Required));
        Assert.True(said.SinceMs > 0);

        // It stays since when it began, whatever else of it changes; and a change of other things leaves it.
        await ChangeAsync(administrator, new CompanySealing(Required) { Required = false });
        await administrator.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { KeepMonths = 0 });
        Assert.Equal((said.SinceMs, false), ((await ann.ListAsync()).Sealing.SinceMs, (await ann.ListAsync()).Sealing.Required));

        CompanySealing[] wrong =
        [
            new(Required) { KeyServer = "http://keys.example.com" }, new(Required) { KeyServer = "keys" }, new(Required) { KeyServer = "https://keys.example.com/path" },
            new(Required) { KeyServer = "https://a;script-src@keys.example.com" },
            new(Required) { KeyServer = "" }, new(Required) { KeyServer = "https://" + new string('a', 300) }, new(Required) { Pin = ByteString.CopyFrom(new byte[31]) },
        ];
        foreach (var sealing in wrong)
        {
            Assert.Equal("messaging.sealing-bounds", (await administrator.RefusedAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Sealing = sealing })).Reason);
        }

        await ChangeAsync(administrator, new CompanySealing());
        Assert.Null((await ann.ListAsync()).Sealing);
    }

    [Fact]
    public async Task Required_RefusesAnImportInClearWhole()
    {
        await using var server = await TestServer.StartAsync();
        var (administrator, ann) = (await server.JoinAsync(server.State.Company, Relation.Administrator), await server.JoinAsync(server.State.Company));
        var made = await administrator.AskAsync<ImportConversationResponse>(
            Method.ImportConversation, new ImportConversationRequest { Source = "slack:T1", ExternalId = "C1", Title = "general", Members = { ann.Person } });
        await ChangeAsync(administrator, Required);
        var request = new ImportEntriesRequest { ConversationId = made.Conversation.ConversationId };
        request.Entries.Add(new ImportedEntry { ExternalId = "1", AuthorPersonId = ann.Person, OwnTimeMs = 1, Content = TestDevice.Post("old").ToByteString() });
        Assert.Equal("messaging.must-be-sealed", (await administrator.RefusedAsync(Method.ImportEntries, request)).Reason);
        Assert.Empty(await ann.LogAsync(made.Conversation));
    }

    private static Body Sealed() => new() { Opaque = new Opaque { Scheme = "rivet-company-1", KeyId = new string('0', 32), Ciphertext = ByteString.CopyFrom(new byte[64]) } };

    private static Task<ChangeMessagePolicyResponse> ChangeAsync(TestDevice administrator, CompanySealing sealing)
        => administrator.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Sealing = sealing });
}
