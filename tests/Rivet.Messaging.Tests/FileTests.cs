using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class FileTests
{
    private const int Whole = 256 * 1024;

    [Fact]
    public async Task Put_ChunkByChunk_CanBeAttachedAndRead()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var direct = await ann.DirectAsync(bob);
        var first = Chunk(direct, Whole);
        var second = Chunk(direct, 7, first.FileId, 1, last: true);
        var post = new Content { Post = new Post { Attachments = { new Attachment { FileId = first.FileId, Name = "计划.pdf", Size = Whole + 7 } } } };

        Assert.False((await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, first)).Duplicate);
        Assert.Equal("messaging.unknown-file", (await ann.SendRefusedAsync(direct, post)).Reason);
        Assert.False((await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, second)).Duplicate);
        Assert.True((await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, first)).Duplicate);
        await ann.SendAsync(direct, post);

        var (head, tail) = (await bob.AskAsync<GetFileChunkResponse>(Method.GetFileChunk, Get(direct, first)), await bob.AskAsync<GetFileChunkResponse>(Method.GetFileChunk, Get(direct, second)));
        Assert.Equal((first.Data, false), (head.Data, head.Last));
        Assert.Equal((second.Data, true), (tail.Data, tail.Last));
    }

    [Fact]
    public async Task Get_FromAnotherConversation_FindsNothing()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var (secret, shared) = (await ann.GroupAsync("secret"), await ann.DirectAsync(bob));
        var chunk = Chunk(secret, 5, last: true);
        await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, chunk);

        Assert.Equal(RefusalCode.NotFound, (await bob.RefusedAsync(Method.GetFileChunk, Get(shared, chunk))).Code);
        var stolen = new Content { Post = new Post { Attachments = { new Attachment { FileId = chunk.FileId, Name = "stolen" } } } };
        Assert.Equal("messaging.unknown-file", (await bob.SendRefusedAsync(shared, stolen)).Reason);
        Assert.Equal(RefusalCode.Conflict, (await bob.RefusedAsync(Method.PutFileChunk, Chunk(shared, 5, chunk.FileId, 0, last: true))).Code);
    }

    [Fact]
    public async Task Put_BreakingABound_IsRefused()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("files");
        var whole = Chunk(group, 5, last: true);
        await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, whole);

        Assert.Equal(RefusalCode.Conflict, (await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, 5, whole.FileId, 1, last: true))).Code);
        Assert.Equal(RefusalCode.Conflict, (await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, 5, null, 1, last: true))).Code);
        Assert.Equal(RefusalCode.TooLarge, (await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, Whole + 1, last: true))).Code);
        Assert.Equal(RefusalCode.TooLarge, (await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, 5, null, 256, last: true))).Code);
        Assert.Equal(RefusalCode.Invalid, (await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, 5))).Code);
        Assert.Equal(RefusalCode.Invalid, (await ann.RefusedAsync(Method.PutFileChunk, Chunk(group, 5, ByteString.CopyFrom(1), last: true))).Code);
    }

    private static PutFileChunkRequest Chunk(Conversation conversation, int size, ByteString? file = null, uint index = 0, bool last = false)
    {
        var data = new byte[size];
        new Random(size).NextBytes(data);
        return new PutFileChunkRequest
        {
            ConversationId = conversation.ConversationId, FileId = file ?? TestDevice.NewId(), Index = index, Last = last, Data = ByteString.CopyFrom(data),
        };
    }

    private static GetFileChunkRequest Get(Conversation conversation, PutFileChunkRequest chunk)
        => new() { ConversationId = conversation.ConversationId, FileId = chunk.FileId, Index = chunk.Index };
}
