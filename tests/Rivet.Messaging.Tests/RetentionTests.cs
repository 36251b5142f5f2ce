using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Access;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

/// <summary>Messages and files end by month, as the company decided, and not a moment early.</summary>
public sealed class RetentionTests : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private readonly TestTime time = new();
    private readonly TestState state = new();
    private TestServer? started;

    private TestServer Server => started!;

    public async ValueTask DisposeAsync()
    {
        if (started is not null)
        {
            await started.DisposeAsync();
        }

        state.Dispose();
    }

    [Fact]
    public async Task Sweep_AtTheEndOfTheKeptTime_DestroysThatMonthAndNoOther()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        time.Now = At(2026, 4, 1);
        await ann.SendAsync(group, TestDevice.Post("april"));
        await KeepAsync(ann, 1);

        time.Now = At(2026, 5, 1) - Moment;
        await SweepAsync();
        Assert.Equal(["march", "april"], await TextsAsync(ann, group));
        Assert.Equal(At(2026, 3, 1).ToUnixTimeMilliseconds(), (await ann.ListAsync()).KeptSinceMs);

        time.Now = At(2026, 5, 1);
        await ann.SendAsync(group, TestDevice.Post("may"));
        await SweepAsync();
        Assert.Equal(["", "april", "may"], await TextsAsync(ann, group));
        Assert.Equal(At(2026, 4, 1).ToUnixTimeMilliseconds(), (await ann.ListAsync()).KeptSinceMs);
        await ann.SendAsync(group, TestDevice.Post("may, later"));
        Assert.Equal(["", "april", "may", "may, later"], await TextsAsync(ann, group));
    }

    [Fact]
    public async Task Sweep_ADestroyedMonth_LeavesNumbersAuthorsAndTimes()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        var before = await ann.LogAsync(group);
        await KeepAsync(ann, 1);
        time.Now = At(2026, 5, 1);
        await SweepAsync();

        var after = await ann.LogAsync(group);
        Assert.All(after, entry => Assert.True(entry.Content.IsEmpty));
        before.ForEach(entry => entry.Content = ByteString.Empty);
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Sweep_ADestroyedMonth_TakesItsCiphertextOutOfTheStore()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        await ann.SendAsync(group, TestDevice.Post(new string('x', 20_000)));
        var file = await PutAsync(ann, group, 3);
        var sealedEntry = await FirstAsync("SELECT sealed FROM messaging_entry ORDER BY arrival DESC LIMIT 1 OFFSET 1");
        var sealedLong = await FirstAsync("SELECT sealed FROM messaging_entry ORDER BY arrival DESC LIMIT 1");
        var sealedChunk = await FirstAsync("SELECT sealed FROM messaging_file_chunk WHERE position = 1");

        // Of what spills over its page, a piece at the beginning and, whatever the pages' edges, some further on.
        byte[][] pieces = [sealedEntry, sealedLong[..300], sealedChunk[..300], .. Enumerable.Range(2, 12).SelectMany(at => new[] { sealedLong[(at * 1_000)..][..300], sealedChunk[(at * 10_000)..][..300] })];
        Assert.InRange(pieces.Count(piece => StoredBytes.Contain(state, piece)), 20, pieces.Length);

        await KeepAsync(ann, 1);
        time.Now = At(2026, 5, 1);
        await SweepAsync();
        ann = await RestartAsync(ann);

        Assert.DoesNotContain(pieces, piece => StoredBytes.Contain(state, piece));
        var refusal = await ann.RefusedAsync(Method.GetFileChunk, new GetFileChunkRequest { ConversationId = group.ConversationId, FileId = file });
        Assert.Equal((RefusalCode.Destroyed, "messaging.expired"), (refusal.Code, refusal.Reason));
        var post = new Content { Post = new Post { Attachments = { new Attachment { FileId = file, Name = "gone" } } } };
        Assert.Equal("messaging.unknown-file", (await ann.SendRefusedAsync(group, post)).Reason);
        Assert.Equal(0, (await PolicyAsync(ann)).StoredBytes);
    }

    /// <summary>A file is of the month of its first chunk, whenever it is attached.</summary>
    [Fact]
    public async Task Sweep_AFileOverTheMonthsEdge_EndsWithItsFirstChunk()
    {
        var (ann, group) = await StartAsync();
        time.Now = At(2026, 4, 1) - Moment;
        var first = Chunk(group, TestDevice.NewId(), 0, last: false);
        await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, first);
        time.Now = At(2026, 4, 1);
        await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, Chunk(group, first.FileId, 1, last: true));
        var kept = await PutAsync(ann, group, 1);
        await KeepAsync(ann, 1);
        time.Now = At(2026, 5, 1);
        await SweepAsync();

        foreach (var index in new uint[] { 0, 1 })
        {
            var get = new GetFileChunkRequest { ConversationId = group.ConversationId, FileId = first.FileId, Index = index };
            Assert.Equal("messaging.expired", (await ann.RefusedAsync(Method.GetFileChunk, get)).Reason);
        }

        Assert.True((await ann.AskAsync<GetFileChunkResponse>(Method.GetFileChunk, new GetFileChunkRequest { ConversationId = group.ConversationId, FileId = kept })).Last);
    }

    [Fact]
    public async Task Shorten_TakenBackWithinADay_DestroysNothing()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        time.Now = At(2026, 9, 1);
        var waiting = (await ann.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, Keep(1))).Policy.Retention;
        Assert.Equal((0u, true, 1u, At(2026, 9, 2).ToUnixTimeMilliseconds()), (waiting.KeepMonths, waiting.Shortens, waiting.NextKeepMonths, waiting.EffectiveMs));

        time.Now = At(2026, 9, 2) - Moment;
        await SweepAsync();
        Assert.Equal(["march"], await TextsAsync(ann, group));
        var back = (await ann.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { KeepMonths = 0 })).Policy.Retention;
        Assert.Equal(new Retention(), back);
        time.Now = At(2027, 9, 2);
        await SweepAsync();
        Assert.Equal(["march"], await TextsAsync(ann, group));
    }

    [Fact]
    public async Task Shorten_NotTakenBack_HoldsAfterADay()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        time.Now = At(2026, 9, 1);
        await ann.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, Keep(1));
        time.Now = At(2026, 9, 2);
        await SweepAsync();

        Assert.Equal([""], await TextsAsync(ann, group));
        Assert.Equal(new Retention { KeepMonths = 1 }, (await PolicyAsync(ann)).Policy.Retention);
    }

    [Fact]
    public async Task Shorten_WithoutSayingSoOrOutOfBounds_IsRefused()
    {
        var (ann, _) = await StartAsync();

        var silent = await ann.RefusedAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { KeepMonths = 12 });
        Assert.Equal((RefusalCode.Conflict, "messaging.would-destroy"), (silent.Code, silent.Reason));
        Assert.Equal("messaging.policy-bounds", (await ann.RefusedAsync(Method.ChangeMessagePolicy, Keep(121))).Reason);
        Assert.Equal("messaging.policy-bounds", (await ann.RefusedAsync(Method.ChangeMessagePolicy, Keep(uint.MaxValue))).Reason);
        Assert.Equal("messaging.policy-bounds", (await ann.RefusedAsync(Method.ReadMessagePolicy, new ReadMessagePolicyRequest { KeepMonths = 121 })).Reason);
        Assert.Equal(new Retention(), (await PolicyAsync(ann)).Policy.Retention);
    }

    [Fact]
    public async Task Count_OfAShorterTime_IsWhatIsDestroyed()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        await PutAsync(ann, group, 2);
        time.Now = At(2026, 4, 15);
        await ann.SendAsync(group, TestDevice.Post("april"));
        var other = await Server.JoinAsync(EntityId.New<CompanyId>(TimeProvider.System), Relation.Administrator);
        await other.GroupAsync("elsewhere");

        // It would hold on 1 May, a day after it was asked for.
        time.Now = At(2026, 4, 30);
        var entries = (ulong)(await ann.LogAsync(group)).Count;
        Assert.Equal(new Destruction { Messages = entries - 1, Files = 1 }, (await CountAsync(ann, 1)).Destruction);
        Assert.Equal(new Destruction(), (await CountAsync(ann, 2)).Destruction);
        Assert.Equal(new Destruction(), (await CountAsync(ann, 0)).Destruction);

        await KeepAsync(ann, 1);
        time.Now = At(2026, 5, 1);
        await SweepAsync();
        Assert.Equal(new Destruction(), (await CountAsync(ann, 1)).Destruction);
    }

    [Fact]
    public async Task Sweep_OfOneCompany_LeavesAnothersAlone()
    {
        var (ann, group) = await StartAsync();
        var other = await Server.JoinAsync(EntityId.New<CompanyId>(TimeProvider.System), Relation.Administrator);
        var theirs = await other.GroupAsync("theirs");
        await other.SendAsync(theirs, TestDevice.Post("march, elsewhere"));
        await ann.SendAsync(group, TestDevice.Post("march"));
        await KeepAsync(ann, 1);
        time.Now = At(2027, 1, 1);
        await SweepAsync();

        Assert.Equal([""], await TextsAsync(ann, group));
        Assert.Equal(["march, elsewhere"], await TextsAsync(other, theirs));
        Assert.Equal(0, (await other.ListAsync()).KeptSinceMs);
    }

    [Fact]
    public async Task Sweep_KilledAfterTheKey_EmptiesWhatIsLeftAfterTheStart()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        var file = await PutAsync(ann, group, 2);
        await KeepAsync(ann, 1);
        time.Now = At(2026, 5, 1);
        var month = KeyPeriod.Of(At(2026, 3, 1));

        // Killed before anything was noted: the key is gone, the rows are there.
        Assert.Equal(1, (await Server.Services.GetRequiredService<IVault>().DestroyAsync(EntrySeal.ScopeOf(state.Company, month), CancellationToken.None)).Value);
        Assert.Equal([""], await TextsAsync(ann, group));
        Assert.Equal("vault.destroyed", (await ann.RefusedAsync(Method.GetFileChunk, new GetFileChunkRequest { ConversationId = group.ConversationId, FileId = file })).Reason);
        ann = await RestartAsync(ann);
        await SweepAsync();

        Assert.Equal([""], await TextsAsync(ann, group));
        Assert.Equal(0, (await PolicyAsync(ann)).StoredBytes);
    }

    [Fact]
    public async Task Sweep_KilledBetweenAnyTwoSteps_GoesOnAndCountsOnce()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        await PutAsync(ann, group, 20);
        await KeepAsync(ann, 1);
        time.Now = At(2026, 5, 1);
        var month = KeyPeriod.Of(At(2026, 3, 1));
        var sweep = Server.Services.GetRequiredService<RetentionSweep>();
        await sweep.DestroyAsync(state.Company, KeyPeriod.Of(At(2026, 2, 1)), CancellationToken.None);
        await Server.Services.GetRequiredService<MonthEmptying>().EmptyAsync(state.Company, KeyPeriod.Of(At(2026, 2, 1)), CancellationToken.None);
        await sweep.DestroyAsync(state.Company, month, CancellationToken.None);
        var steps = 0;
        while (await Server.Store.WriteAsync(
            transaction => Server.Services.GetRequiredService<MonthEmptying>().Step(transaction, state.Company, month), CancellationToken.None))
        {
            Assert.InRange(++steps, 1, 10);
            ann = await RestartAsync(ann, withSweep: false);
        }

        Assert.Equal(5, steps);
        await SweepAsync();
        var done = await Server.Store.ReadAsync(session => RetentionTable.Find(session, state.Company, month), CancellationToken.None);
        Assert.Equal((true, (long)(await ann.LogAsync(group)).Count, 1L), (done!.IsDone, done.Entries, done.Files));
        Assert.Equal(1, await EventsAsync(ann, "messaging.month.destroyed", "\"month\":\"2026-03\""));
        Assert.Equal(0, (await PolicyAsync(ann)).StoredBytes);
    }

    [Fact]
    public async Task Lengthen_AfterAMonthWasDestroyed_HoldsAtOnceAndClientsKnowWhatIsGone()
    {
        var (ann, group) = await StartAsync();
        await ann.SendAsync(group, TestDevice.Post("march"));
        await KeepAsync(ann, 1);
        time.Now = At(2026, 4, 2);
        await ann.SendAsync(group, TestDevice.Post("april"));
        time.Now = At(2026, 5, 1);
        await SweepAsync();
        await ann.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { KeepMonths = 0 });
        time.Now = At(2030, 1, 1);
        await SweepAsync();

        Assert.Equal(["", "april"], await TextsAsync(ann, group));
        Assert.Equal(At(2026, 4, 1).ToUnixTimeMilliseconds(), (await ann.ListAsync()).KeptSinceMs);
        Assert.Equal(2, await EventsAsync(ann, "messaging.policy.changed", "keep_months"));
    }

    private static DateTimeOffset At(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);

    private static ChangeMessagePolicyRequest Keep(uint months) => new() { KeepMonths = months, MayDestroy = true };

    private static PutFileChunkRequest Chunk(Conversation conversation, ByteString file, uint index, bool last) => new()
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

    /// <summary>The posts, a destroyed one as nothing; what the server wrote itself when the group was founded is left out.</summary>
    private static async Task<List<string>> TextsAsync(TestDevice device, Conversation conversation)
        => [.. (await device.LogAsync(conversation)).Where(entry => !entry.ClientMessageId.IsEmpty)
            .Select(entry => Content.Parser.ParseFrom(entry.Content).Post?.Body.Text ?? "")];

    private static Task<ReadMessagePolicyResponse> PolicyAsync(TestDevice device)
        => device.AskAsync<ReadMessagePolicyResponse>(Method.ReadMessagePolicy, new ReadMessagePolicyRequest());

    private static Task<ReadMessagePolicyResponse> CountAsync(TestDevice device, uint months)
        => device.AskAsync<ReadMessagePolicyResponse>(Method.ReadMessagePolicy, new ReadMessagePolicyRequest { KeepMonths = months });

    private async Task<(TestDevice Ann, Conversation Group)> StartAsync()
    {
        started = await TestServer.StartAsync(state, time: time);
        var ann = await Server.JoinAsync(state.Company, Relation.Administrator);
        return (ann, await ann.GroupAsync("kept"));
    }

    private async Task<TestDevice> RestartAsync(TestDevice of, bool withSweep = true)
    {
        await Server.DisposeAsync();
        started = await TestServer.StartAsync(state, time: time, sweeps: withSweep);
        return Server.Device(of, same: true);
    }

    /// <summary>Decides and waits the day.</summary>
    private async Task KeepAsync(TestDevice device, uint months)
    {
        await device.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, Keep(months));
        time.Now += KeptTime.Wait;
    }

    private Task SweepAsync() => Server.Services.GetRequiredService<RetentionSweep>().RunOnceAsync(CancellationToken.None);

    private async Task<byte[]> FirstAsync(string sql)
        => (await Server.Store.ReadAsync(session => session.QueryFirst(sql, row => (byte[])row.GetValue(0)), CancellationToken.None))!;

    /// <summary>How many events of a kind with this detail there were; a change that is made now ends the looking.</summary>
    private async Task<int> EventsAsync(TestDevice administrator, string kind, string detail)
    {
        var limits = (await PolicyAsync(administrator)).Policy.Limits;
        limits.MessagesPerMinute++;
        await administrator.AskAsync<ChangeMessagePolicyResponse>(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Limits = limits });
        var found = 0;
        await foreach (var text in state.Events.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (text.Contains("messages_per_minute", StringComparison.Ordinal))
            {
                break;
            }

            found += text.Contains(kind, StringComparison.Ordinal) && text.Contains(detail, StringComparison.Ordinal) ? 1 : 0;
        }

        return found;
    }
}
