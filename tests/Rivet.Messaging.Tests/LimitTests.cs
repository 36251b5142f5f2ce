using System.Globalization;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Access;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

/// <summary>What one person may write, and what a company may store.</summary>
public sealed class LimitTests : IAsyncDisposable
{
    private readonly TestTime time = new();
    private readonly TestState state = new();
    private TestServer? server;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        state.Dispose();
    }

    [Fact]
    public async Task Send_PastTheBurst_IsRefusedUntilATokenIsBack()
    {
        var (ann, bob, group) = await StartAsync(limits => limits.MessagesPerMinute = 10);
        for (var number = 0; number < 10; number++)
        {
            await ann.SendAsync(group, TestDevice.Post($"{number}"));
        }

        var refusal = await ann.SendRefusedAsync(group, TestDevice.Post("too fast"));
        Assert.Equal((RefusalCode.TooMany, "messaging.too-fast", 6_000u), (refusal.Code, refusal.Reason, refusal.RetryAfterMs));
        Assert.Equal("You are writing very fast; try again in 6 s.", refusal.Detail);
        await bob.SendAsync(group, TestDevice.Post("I may"));

        time.Now += TimeSpan.FromMilliseconds(refusal.RetryAfterMs);
        await ann.SendAsync(group, TestDevice.Post("again"));
        Assert.Equal("messaging.too-fast", (await ann.SendRefusedAsync(group, TestDevice.Post("and again"))).Reason);
    }

    [Fact]
    public async Task Send_AnAcceptedMessageAgain_IsAnsweredThoughLimited()
    {
        var (ann, bob, group) = await StartAsync(limits => limits.MessagesPerMinute = 10);
        var id = TestDevice.NewId();
        var first = await ann.SendAsync(group, TestDevice.Post("once"), id);
        for (var number = 0; number < 9; number++)
        {
            await ann.SendAsync(group, TestDevice.Post($"{number}"));
        }

        var again = await ann.SendAsync(group, TestDevice.Post("once"), id);
        Assert.Equal((first.Sequence, first.AppendedMs, true), (again.Sequence, again.AppendedMs, again.Duplicate));

        // Neither for another device nor in another conversation is it the same message.
        Assert.Equal("messaging.too-fast", (await server!.Device(ann).SendRefusedAsync(group, TestDevice.Post("once"), id)).Reason);
        Assert.Equal("messaging.too-fast", (await ann.SendRefusedAsync(await ann.DirectAsync(bob), TestDevice.Post("once"), id)).Reason);
        Assert.Equal("messaging.too-fast", (await ann.SendRefusedAsync(group, TestDevice.Post("short"), ByteString.CopyFrom(1))).Reason);
    }

    [Fact]
    public async Task Change_OfALimit_HoldsFromItsCommitOn()
    {
        var (ann, _, group) = await StartAsync(limits => limits.MessagesPerMinute = 10);
        for (var number = 0; number < 10; number++)
        {
            await ann.SendAsync(group, TestDevice.Post($"{number}"));
        }

        await ann.SendRefusedAsync(group, TestDevice.Post("too fast"));
        await LimitAsync(ann, limits => limits.MessagesPerMinute = 6_000);
        time.Now += TimeSpan.FromMilliseconds(10);
        await ann.SendAsync(group, TestDevice.Post("may again"));
    }

    [Fact]
    public async Task PutFile_PastTheDay_IsRefusedUntilTomorrow()
    {
        var (ann, bob, group) = await StartAsync(limits => limits.FileMebibytesPerDay = 1);
        var file = await PutAsync(ann, group, 4);

        var refusal = await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, TestDevice.NewId(), 0));
        Assert.Equal((RefusalCode.TooMany, "messaging.file-day", 12u * 3_600_000), (refusal.Code, refusal.Reason, refusal.RetryAfterMs));
        Assert.True((await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, Chunk(group, file, 3))).Duplicate);
        await PutAsync(bob, group, 4);
        await ann.SendAsync(group, TestDevice.Post("words are no files"));

        time.Now += TimeSpan.FromHours(12);
        await PutAsync(ann, group, 4);
    }

    [Fact]
    public async Task PutFile_OfAnImport_IsNotCountedAgainstTheDay()
    {
        var (ann, bob, _) = await StartAsync(limits => limits.FileMebibytesPerDay = 1);
        var imported = (await ann.AskAsync<ImportConversationResponse>(
            Method.ImportConversation, new ImportConversationRequest { Source = "slack", ExternalId = "C1", Title = "old", Members = { bob.Person } })).Conversation;
        await PutAsync(ann, imported, 6);

        await PutAsync(bob, imported, 4);
        Assert.Equal("messaging.file-day", (await bob.RefusedAsync(Method.PutFileChunk, Chunk(imported, TestDevice.NewId(), 0))).Reason);
    }

    [Fact]
    public async Task Create_PastTheDay_IsRefusedAndAKnownPairIsStillFound()
    {
        var (ann, bob, _) = await StartAsync(limits => limits.ConversationsPerDay = 2);
        var direct = await ann.DirectAsync(bob);

        var create = new CreateConversationRequest { Kind = ConversationKind.Group, Title = "third" };
        var refusal = await ann.RefusedAsync(Method.CreateConversation, create);
        Assert.Equal((RefusalCode.TooMany, "messaging.conversation-day"), (refusal.Code, refusal.Reason));
        Assert.Equal(2, (await ann.ListAsync()).Conversations.Count);
        Assert.Equal(direct.ConversationId, (await ann.DirectAsync(bob)).ConversationId);
        await bob.GroupAsync("bob's");
        time.Now += TimeSpan.FromHours(12);
        await ann.GroupAsync("tomorrow");
    }

    [Fact]
    public async Task Store_PastTheQuota_TakesNothingMoreUntilThereIsRoom()
    {
        var (ann, bob, group) = await StartAsync(limits => limits.StoredGibibytes = 1);
        var id = TestDevice.NewId();
        await ann.SendAsync(group, TestDevice.Post("before"), id);
        await FillAsync((1L << 30) - 1_000);
        Assert.Equal("messaging.storage-full", (await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, TestDevice.NewId(), 0))).Reason);
        await bob.SendAsync(group, TestDevice.Post("still fits"));
        await FillAsync(1_000);

        var refusal = await bob.SendRefusedAsync(group, TestDevice.Post("full"));
        Assert.Equal((RefusalCode.TooMany, "messaging.storage-full", 60_000u), (refusal.Code, refusal.Reason, refusal.RetryAfterMs));
        Assert.True((await ann.SendAsync(group, TestDevice.Post("before"), id)).Duplicate);
        await LimitAsync(ann, limits => limits.StoredGibibytes = 2);
        await bob.SendAsync(group, TestDevice.Post("room again"));
    }

    [Fact]
    public async Task Import_PastTheQuota_IsRefused()
    {
        var (ann, _, _) = await StartAsync(limits => limits.StoredGibibytes = 1);
        var imported = (await ann.AskAsync<ImportConversationResponse>(
            Method.ImportConversation, new ImportConversationRequest { Source = "slack", ExternalId = "C1", Title = "old" })).Conversation;
        var batch = new ImportEntriesRequest
        {
            ConversationId = imported.ConversationId,
            Entries = { Enumerable.Range(0, 300).Select(number => new ImportedEntry { ExternalId = $"{number}", AuthorPersonId = ann.Person, OwnTimeMs = 1, Content = TestDevice.Post("old").ToByteString() }) },
        };
        Assert.Equal(300u, (await ann.AskAsync<ImportEntriesResponse>(Method.ImportEntries, batch)).Added);
        Assert.InRange((await PolicyAsync(ann)).StoredBytes, 300 * 30, 300 * 200);

        await FillAsync(1L << 30);
        Assert.Equal("messaging.storage-full", (await ann.RefusedAsync(Method.ImportEntries, batch)).Reason);
    }

    [Fact]
    public async Task Change_OutOfBounds_IsRefusedAndNothingChanges()
    {
        var (ann, _, _) = await StartAsync(_ => { });
        foreach (var change in new Action<MessageLimits>[]
        {
            limits => limits.MessagesPerMinute = 9, limits => limits.MessagesPerMinute = 6_001, limits => limits.FileMebibytesPerDay = 0,
            limits => limits.FileMebibytesPerDay = 1_000_001, limits => limits.StoredGibibytes = 1_000_001, limits => limits.StoredGibibytes = uint.MaxValue,
            limits => limits.ConversationsPerDay = 0, limits => limits.ConversationsPerDay = 100_001,
        })
        {
            var limits = (await PolicyAsync(ann)).Policy.Limits;
            change(limits);
            var refusal = await ann.RefusedAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Limits = limits });
            Assert.Equal((RefusalCode.Invalid, "messaging.policy-bounds"), (refusal.Code, refusal.Reason));
        }

        Assert.Equal(
            new MessageLimits { MessagesPerMinute = 120, FileMebibytesPerDay = 2_048, StoredGibibytes = 0, ConversationsPerDay = 200 },
            (await PolicyAsync(ann)).Policy.Limits);
    }

    [Fact]
    public async Task Status_SaysWhatIsStoredAndWhoWasHeldBack()
    {
        var (ann, _, group) = await StartAsync(limits => (limits.MessagesPerMinute, limits.StoredGibibytes) = (10, 1));
        for (var number = 0; number < 12; number++)
        {
            await ann.TryAskAsync(Method.Send, TestDevice.Message(group, TestDevice.Post("again and again")));
        }

        await FillAsync(1L << 30);
        var lines = (await server!.Services.GetRequiredService<IStatusSource>().ReadAsync(CultureInfo.GetCultureInfo("en"), CancellationToken.None)).Lines;
        var stored = lines.Single(line => line.Label == "Messages and files stored");
        Assert.Equal((StatusLevel.Attention, "of 1 GiB"), (stored.Level, stored.Value[^8..]));
        Assert.Equal("1", lines.Single(line => line.Label.StartsWith("People held back", StringComparison.Ordinal)).Value);
    }

    private static PutFileChunkRequest Chunk(Conversation conversation, ByteString file, uint index, bool last = true) => new()
    {
        ConversationId = conversation.ConversationId, FileId = file, Index = index, Last = last, Data = ByteString.CopyFrom(new byte[256 * 1024]),
    };

    private static async Task<ByteString> PutAsync(TestDevice device, Conversation conversation, uint chunks)
    {
        var file = TestDevice.NewId();
        for (uint index = 0; index < chunks; index++)
        {
            await device.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, Chunk(conversation, file, index, index == chunks - 1));
        }

        return file;
    }

    private static Task<ReadMessagePolicyResponse> PolicyAsync(TestDevice device)
        => device.AskAsync<ReadMessagePolicyResponse>(Method.ReadMessagePolicy, new ReadMessagePolicyRequest());

    private static async Task LimitAsync(TestDevice administrator, Action<MessageLimits> change)
    {
        var limits = (await PolicyAsync(administrator)).Policy.Limits;
        change(limits);
        await administrator.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Limits = limits });
    }

    private async Task<(TestDevice Ann, TestDevice Bob, Conversation Group)> StartAsync(Action<MessageLimits> change)
    {
        server = await TestServer.StartAsync(state, time: time);
        var (ann, bob) = (await server.JoinAsync(state.Company, Relation.Administrator), await server.JoinAsync(state.Company));
        await LimitAsync(ann, change);
        return (ann, bob, await ann.GroupAsync("limited", bob));
    }

    /// <summary>As if so much more were stored.</summary>
    private Task FillAsync(long bytes)
        => server!.Store.WriteAsync(
            transaction => server.Services.GetRequiredService<PolicyBook>().Count(transaction, state.Company, bytes), CancellationToken.None);
}
