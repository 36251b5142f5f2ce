using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Tests;

public sealed class ResumeTests
{
    /// <summary>
    /// Messages come and go while links break, pushes are lost, doubled and overtake each other, answers vanish after
    /// the server did the work, and the client itself is torn down and opened anew. In the end both sides hold the same
    /// log, every message sent exists once, and a reader has been handed everything once.
    /// </summary>
    [Fact]
    public async Task Home_AnyMischief_NothingIsLostOrDoubled()
    {
        for (var round = 0; round < 12; round++)
        {
            var seed = Environment.GetEnvironmentVariable("RIVET_SEED") is { } fixedSeed ? int.Parse(fixedSeed) : Random.Shared.Next();
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
            try
            {
                await RunAsync(seed);
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"seed {seed} (RIVET_SEED repeats it)", failed);
            }
        }
    }

    private static async Task RunAsync(int seed)
    {
        var chance = new Random(seed);
        var server = new FakeServer(seed);
        using var home = new TestHome();
        var first = server.AddConversation();
        var client = await home.JoinAsync(server);
        server.Mischief = chance.Next(0, 25);
        client.Start();
        var conversations = new List<ConversationId> { first };
        var sent = new List<string>();
        var handed = new List<(ConversationId, ulong, bool)>();
        for (var step = 0; step < 120; step++)
        {
            var conversation = conversations[chance.Next(conversations.Count)];
            switch (chance.Next(10))
            {
                case < 4:
                    server.Say(conversation, $"s{step}");
                    break;
                case < 7:
                    client.Queue(conversation, Composer.Post($"c{step}", 0, [], []));
                    sent.Add($"c{step}");
                    break;
                case 7:
                    server.Drop(chance.Next(2) == 0 ? CloseReason.CloseNone : CloseReason.TooSlow);
                    break;
                case 8 when conversations.Count < 4:
                    conversations.Add(server.AddConversation());
                    break;
                default:
                    await HandOnAsync(client, handed, once: true);
                    await client.DisposeAsync();
                    client = home.Open(server);
                    client.Start();
                    break;
            }

            await Task.Yield();
        }

        server.Mischief = 0;
        server.Drop(CloseReason.CloseNone);
        await TestHome.UntilAsync(client, () => conversations.All(conversation =>
            client.Pending(conversation).Count == 0 && client.Cursor(conversation) == (ulong)server.Texts(conversation).Count));

        Assert.Equal(sent.Order(), conversations.SelectMany(server.Texts).Where(text => text[0] == 'c').Order());
        foreach (var conversation in conversations)
        {
            Assert.Equal(server.Texts(conversation), client.Entries(conversation, 1, 10_000).Select(entry => Timeline.Read(entry)!.Post.Body.Text));
            Assert.Equal(
                server.Texts(conversation).Where(text => text[0] == 'c'),
                server.Texts(conversation).Where(text => text[0] == 'c').OrderBy(text => int.Parse(text[1..])));
        }

        foreach (var conversation in conversations)
        {
            await server.AcknowledgedAsync(conversation, client.Cursor(conversation), TestContext.Current.CancellationToken);
        }

        await HandOnAsync(client, handed, once: false);
        var all = conversations.SelectMany(conversation => client.Entries(conversation, 1, 10_000).Select(entry => (conversation, entry.Sequence)));
        Assert.Equal(all.Order(ByBoth), handed.Where(one => !one.Item3).Select(one => (one.Item1, one.Item2)).Order(ByBoth));
        await client.DisposeAsync();
    }

    private static readonly Comparer<(ConversationId Conversation, ulong Sequence)> ByBoth = Comparer<(ConversationId Conversation, ulong Sequence)>.Create(
        (x, y) => (x.Conversation.Value, x.Sequence).CompareTo((y.Conversation.Value, y.Sequence)));

    /// <summary>Reads one batch and stops in the middle of the next, or reads everything there is.</summary>
    private static async Task HandOnAsync(RivetClient client, List<(ConversationId, ulong, bool)> handed, bool once)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var expected = client.Conversations().Sum(conversation => (long)client.Cursor(EntityId.Read<ConversationId>(conversation.ConversationId.Span)));
        if (!once && handed.Count(one => !one.Item3) >= expected)
        {
            return;
        }

        if (once && expected == 0)
        {
            return;
        }

        await foreach (var batch in client.ArrivalsAsync("listen", skipOld: false, stop.Token))
        {
            handed.AddRange(batch.Select(one => (EntityId.Read<ConversationId>(one.Entry.ConversationId.Span), one.Entry.Sequence, one.MayBeAgain)));
            if (once || handed.Count(one => !one.Item3) >= expected)
            {
                break;
            }
        }
    }
}
