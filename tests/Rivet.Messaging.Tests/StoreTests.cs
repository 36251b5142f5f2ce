using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Access;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class StoreTests
{
    [Fact]
    public async Task Store_AfterAScenario_HoldsNoContentInClear()
    {
        using var state = new TestState();
        const string marker = "Zinnober";
        await using (var server = await TestServer.StartAsync(state))
        {
            var (ann, bob) = (await server.JoinAsync(state.Company, Relation.Administrator), await server.JoinAsync(state.Company));
            var group = await ann.GroupAsync($"{marker} title", bob);
            var file = TestDevice.NewId();
            await ann.AskAsync<PutFileChunkResponse>(Method.PutFileChunk, new PutFileChunkRequest
            {
                ConversationId = group.ConversationId, FileId = file, Last = true, Data = ByteString.CopyFromUtf8($"{marker} file"),
            });
            var post = TestDevice.Post($"{marker} text");
            post.Post.Attachments.Add(new Attachment { FileId = file, Name = $"{marker}.txt" });
            var sequence = (await ann.SendAsync(group, post)).Sequence;
            await bob.SendAsync(group, new Content { Reaction = new Reaction { Target = sequence, Emoji = $"{marker} emoji" } });
            var imported = await ann.AskAsync<ImportConversationResponse>(
                Method.ImportConversation, new ImportConversationRequest { Source = $"{marker} source", ExternalId = marker, Title = $"{marker} channel" });
            await ann.AskAsync<ImportEntriesResponse>(Method.ImportEntries, new ImportEntriesRequest
            {
                ConversationId = imported.Conversation.ConversationId,
                Entries =
                {
                    new ImportedEntry { ExternalId = $"{marker} id", AuthorPersonId = bob.Person, OwnTimeMs = 1, Content = TestDevice.Post($"{marker} old").ToByteString() },
                },
            });

            // Before and after the log is merged into the file.
            Assert.DoesNotContain(marker, Stored(state), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(marker, Stored(state), StringComparison.Ordinal);
    }

    /// <summary>An activation that exists twice, or any other second writer, collides in the table.</summary>
    [Fact]
    public async Task Entry_SecondWriterOfASequence_IsRefusedByTheTable()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("fence");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => server.Store.WriteAsync(
            transaction => transaction.Execute(
                """
                INSERT INTO messaging_entry SELECT conversation_id, sequence, $1, kind, author_person, author_device, appended_ms, own_time_ms, sealed
                FROM messaging_entry WHERE conversation_id = $2 AND sequence = 1
                """,
                new byte[33], group.ConversationId.ToByteArray()),
            CancellationToken.None));
        Assert.Equal(group.LastSequence, (await ann.FetchAsync(group)).LastSequence);
    }

    [Fact]
    public async Task Send_FromTwoActivationsOfAConversation_KeepsOneDenseLog()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("twice");
        var id = EntityId.Read<ConversationId>(group.ConversationId.Span);
        var appender = server.Services.GetRequiredService<Appender>();
        var twin = new Appender(
            server.Services.GetRequiredService<EntrySeal>(), server.Store, new Switchboard(server.Store), TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(async () =>
        {
            var content = TestDevice.Post($"{number}").ToByteArray();
            var command = new AppendCommand(
                server.State.Company.Value, ann.Subject.Person.Value, ann.Subject.Via, Guid.NewGuid().ToByteArray(), content);
            Assert.Equal(MessagingRefusal.None, (await (number % 2 == 0 ? appender : twin).AppendAsync(id, command)).Refusal);
        })));

        Assert.Equal(Enumerable.Range(1, 52).Select(sequence => (ulong)sequence), (await ann.LogAsync(group)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Send_FullDisk_IsRefusedAndNothingAcknowledgedIsLost()
    {
        using var state = new TestState();
        var acknowledged = new Dictionary<ulong, ByteString>();
        TestDevice ann;
        Conversation group;
        SendRequest refused;
        await using (var server = await TestServer.StartAsync(state, maxBytes: 1024 * 1024))
        {
            ann = await server.JoinAsync(state.Company);
            group = await ann.GroupAsync("full");
            while (true)
            {
                var message = TestDevice.Message(group, TestDevice.Post(new string('x', 20_000)));
                var answer = await ann.TryAskAsync(Method.Send, message);
                if (!answer.TryGet(out var response, out var refusal))
                {
                    Assert.Equal(RefusalCode.Unavailable, refusal.Code);
                    refused = message;
                    break;
                }

                acknowledged.Add(((SendResponse)response).Sequence, message.ClientMessageId);
            }

            Assert.Equal(group.LastSequence + (ulong)acknowledged.Count, (await ann.FetchAsync(group)).LastSequence);
        }

        await using var roomier = await TestServer.StartAsync(state);
        var again = roomier.Device(ann, same: true);
        Assert.False((await again.AskAsync<SendResponse>(Method.Send, refused)).Duplicate);
        var log = (await again.LogAsync(group)).ToDictionary(entry => entry.Sequence, entry => entry.ClientMessageId);
        Assert.All(acknowledged, one => Assert.Equal(one.Value, log[one.Key]));
        Assert.Equal(group.LastSequence + (ulong)acknowledged.Count + 1, (ulong)log.Count);
    }

    private static string Stored(TestState state)
    {
        var bytes = new StringBuilder();
        foreach (var path in Directory.GetFiles(state.Folder.Path, "rivet.db*"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            bytes.Append(Encoding.Latin1.GetString(copy.ToArray()));
        }

        Assert.NotEqual(0, bytes.Length);
        return bytes.ToString();
    }
}
