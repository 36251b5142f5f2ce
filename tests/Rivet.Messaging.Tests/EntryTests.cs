using CsCheck;
using Google.Protobuf;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class EntryTests
{
    [Fact]
    public async Task Send_ToAFriend_IsStoredPushedAndFetched()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var conversation = await ann.DirectAsync(bob);
        var (bobs, anns) = (await bob.ConnectAsync(), await ann.ConnectAsync());
        var annsOther = await server.Device(ann).ConnectAsync();
        var message = TestDevice.Message(conversation, TestDevice.Post("hello"));

        var sent = await ann.AskAsync<SendResponse>(Method.Send, message);

        Assert.Equal(1UL, sent.Sequence);
        Assert.Empty(anns.Entries);
        var pushed = Assert.Single(bobs.Entries);
        Assert.Equal(pushed, Assert.Single(annsOther.Entries));
        Assert.Equal(pushed, Assert.Single((await bob.FetchAsync(conversation)).Entries));
        Assert.Equal(message.Content, pushed.Content);
        Assert.Equal(message.ClientMessageId, pushed.ClientMessageId);
        Assert.Equal(ann.Person, pushed.AuthorPersonId);
        Assert.Equal(sent.AppendedMs, pushed.OwnTimeMs);
    }

    [Fact]
    public async Task Send_FieldsOfTheFuture_SurviveByteForByte()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("future");
        var content = ByteString.CopyFrom([.. TestDevice.Post("hi").ToByteArray(), 0xFA, 0x3F, 0x03, 1, 2, 3]);

        await ann.AskAsync<SendResponse>(
            Method.Send, new SendRequest { ConversationId = group.ConversationId, ClientMessageId = TestDevice.NewId(), Content = content });

        Assert.Equal(content, (await ann.LogAsync(group))[^1].Content);
    }

    /// <summary>However sends of several devices race, repeats and refusals among them, the log stays dense and every connection sees it in order.</summary>
    [Fact]
    public async Task Send_ManyAtOnce_SequencesAreDenseAndPushesInOrder()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var annsOther = server.Device(ann);
        TestDevice[] devices = [ann, bob, annsOther];
        await server.LiftLimitsAsync(server.State.Company);

        await Gen.Int[0, 5].Array[1, 60].SampleAsync(
            async steps =>
            {
                var conversation = await ann.GroupAsync("race", bob);
                var start = conversation.LastSequence;
                var connections = new List<TestConnection>();
                foreach (var device in devices)
                {
                    connections.Add(await device.ConnectAsync());
                }

                var answers = await Task.WhenAll(steps.Select((step, index) => Task.Run(() => devices[index % 3].TryAskAsync(
                    Method.Send,
                    step == 0
                        ? TestDevice.Message(conversation, new Content { Edit = new Edit { Target = 9999, Body = new Body { Text = "no" } } })
                        : TestDevice.Message(conversation, TestDevice.Post($"{step}"))))));

                var stored = answers.Where(answer => answer.IsOk).Select(answer => ((SendResponse)answer.Value).Sequence).Order().ToList();
                Assert.Equal(Enumerable.Range(1, steps.Count(step => step != 0)).Select(offset => start + (ulong)offset), stored);
                var log = await ann.LogAsync(conversation);
                Assert.Equal(Enumerable.Range(1, log.Count).Select(sequence => (ulong)sequence), log.Select(entry => entry.Sequence));
                foreach (var (device, connection) in devices.Zip(connections))
                {
                    var seen = connection.Entries.Select(entry => entry.Sequence).ToList();
                    Assert.Equal(seen.Order(), seen);
                    var others = log.Where(entry => entry.Sequence > start && !entry.AuthorDeviceId.Span.SequenceEqual(Kernel.EntityId.ToBytes(device.Subject.Device)));
                    Assert.Equal(others.Select(entry => entry.Sequence), seen);
                    await device.DisconnectAsync(connection);
                }
            },
            iter: 12,
            threads: 1);
    }

    [Fact]
    public async Task Send_SameIdAtOnce_IsOneEntry()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("once");
        var message = TestDevice.Message(group, TestDevice.Post("once"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ann.AskAsync<SendResponse>(Method.Send, message))));

        Assert.Single(answers, answer => !answer.Duplicate);
        Assert.Single(answers.Select(answer => (answer.Sequence, answer.AppendedMs)).Distinct());
        Assert.Equal(group.LastSequence + 1, (await ann.FetchAsync(group)).LastSequence);
    }

    [Fact]
    public async Task Send_SameIdAfterARestart_IsTheStoredEntry()
    {
        using var state = new TestState();
        var message = default(SendRequest);
        var first = default(SendResponse);
        var ann = default(TestDevice);
        await using (var server = await TestServer.StartAsync(state))
        {
            ann = await server.JoinAsync(state.Company);
            message = TestDevice.Message(await ann.GroupAsync("again"), TestDevice.Post("once"));
            first = await ann.AskAsync<SendResponse>(Method.Send, message);
        }

        await using var restarted = await TestServer.StartAsync(state);
        var again = await restarted.Device(ann, same: true).AskAsync<SendResponse>(Method.Send, message);

        Assert.True(again.Duplicate);
        Assert.Equal((first.Sequence, first.AppendedMs), (again.Sequence, again.AppendedMs));
    }

    [Fact]
    public async Task Send_IdUsedInAnotherConversation_IsAConflict()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var (one, other) = (await ann.GroupAsync("one"), await ann.GroupAsync("other"));
        var id = TestDevice.NewId();
        await ann.SendAsync(one, TestDevice.Post("here"), id);

        var refusal = await ann.SendRefusedAsync(other, TestDevice.Post("there"), id);

        Assert.Equal(RefusalCode.Conflict, refusal.Code);
        Assert.Equal(other.LastSequence, (await ann.FetchAsync(other)).LastSequence);
    }

    [Fact]
    public async Task Send_EditAndRecall_OnlyOfOnesOwnPost()
    {
        await using var server = await TestServer.StartAsync();
        var (ann, bob) = (await server.JoinAsync(server.State.Company), await server.JoinAsync(server.State.Company));
        var group = await ann.GroupAsync("edits", bob);
        var post = (await ann.SendAsync(group, TestDevice.Post("mine"))).Sequence;
        var edit = new Content { Edit = new Edit { Target = post, Body = new Body { Text = "changed" } } };
        var recall = new Content { Recall = new Recall { Target = post } };

        Assert.Equal("messaging.not-own-post", (await bob.SendRefusedAsync(group, edit)).Reason);
        Assert.Equal("messaging.not-own-post", (await bob.SendRefusedAsync(group, recall)).Reason);
        await bob.SendAsync(group, new Content { Reaction = new Reaction { Target = post, Emoji = "👍" } });
        await bob.SendAsync(group, TestDevice.Post("answer", thread: post));
        await server.Device(ann).SendAsync(group, edit);
        await ann.SendAsync(group, recall);
        edit.Edit.Target = 1;
        Assert.Equal("messaging.unknown-target", (await ann.SendRefusedAsync(group, edit)).Reason);
        recall.Recall.Target = 0;
        Assert.Equal("messaging.unknown-target", (await ann.SendRefusedAsync(group, recall)).Reason);
        Assert.Equal("messaging.unknown-target", (await ann.SendRefusedAsync(group, TestDevice.Post("lost", thread: 999))).Reason);
    }

    public static TheoryData<string, byte[]> BadContents() => new()
    {
        { "messaging.kind-not-allowed", [] },
        { "messaging.kind-not-allowed", [0xFA, 0x3F, 0x03, 1, 2, 3] },
        { "messaging.kind-not-allowed", new Content { Titled = new Titled { Title = "mine" } }.ToByteArray() },
        { "messaging.kind-not-allowed", new Content { Membership = new Membership { PersonId = TestDevice.NewId() } }.ToByteArray() },
        { "messaging.malformed", [0x0A, 0x7F] },
        { "messaging.malformed", [0x0A, 0x06, 0x0A, 0x04, 0x0A, 0x02, 0xC3, 0x28] },
        { "messaging.malformed", TestDevice.Post(string.Empty).ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post() }.ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post { Body = new Body { Text = "x" }, EditedMs = 1 } }.ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post { Body = new Body { Text = "x" }, Mentions = { new Mention { Offset = 1, Length = 1 } } } }.ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post { Body = new Body { Text = "x" }, Mentions = { new Mention { Offset = uint.MaxValue, Length = 2 } } } }.ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post { Body = new Body { Text = "x" }, Mentions = { new Mention { PersonId = ByteString.CopyFrom(1, 2) } } } }.ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post { Body = new Body { Text = "x" }, Mentions = { Enumerable.Repeat(new Mention(), 201) } } }.ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post { Attachments = { Enumerable.Repeat(new Attachment { Name = "a", FileId = TestDevice.NewId() }, 21) } } }.ToByteArray() },
        { "messaging.malformed", new Content { Post = new Post { Body = new Body { Opaque = new Opaque { Scheme = "own", Ciphertext = ByteString.Empty } } } }.ToByteArray() },
        { "messaging.malformed", new Content { Reaction = new Reaction { Target = 1, Emoji = new string('x', 65) } }.ToByteArray() },
        { "messaging.unknown-file", new Content { Post = new Post { Attachments = { new Attachment { Name = "a", FileId = TestDevice.NewId() } } } }.ToByteArray() },
        { "messaging.too-large", TestDevice.Post(new string('x', 40_001)).ToByteArray() },
        { "messaging.too-large", TestDevice.Post(new string('铆', 13_334)).ToByteArray() },
        { "messaging.too-large", new byte[200_000] },
    };

    [Theory]
    [MemberData(nameof(BadContents))]
    public async Task Send_BadContent_IsRefusedAndStoresNothing(string reason, byte[] content)
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("bad");

        var refusal = await ann.RefusedAsync(Method.Send, new SendRequest
        {
            ConversationId = group.ConversationId, ClientMessageId = TestDevice.NewId(), Content = ByteString.CopyFrom(content),
        });

        Assert.Equal(reason, refusal.Reason);
        Assert.Equal(group.LastSequence, (await ann.FetchAsync(group)).LastSequence);
    }

    [Fact]
    public async Task Send_LargestTextAndOpaqueBody_AreTaken()
    {
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        var group = await ann.GroupAsync("large");

        await ann.SendAsync(group, TestDevice.Post(new string('x', 40_000)));
        await ann.SendAsync(group, new Content
        {
            Post = new Post { Body = new Body { Opaque = new Opaque { Scheme = "own", KeyId = "k", Ciphertext = ByteString.CopyFrom(new byte[64 * 1024]) } } },
        });
        Assert.Equal("messaging.malformed", (await ann.SendRefusedAsync(group, TestDevice.Post("x"), ByteString.CopyFrom(1, 2, 3))).Reason);
    }
}
