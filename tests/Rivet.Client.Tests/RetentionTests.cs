using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Tests;

/// <summary>What the company's retention destroyed on the server, devices drop too.</summary>
public sealed class RetentionTests : IDisposable
{
    private readonly TestHome home = new();
    private readonly FakeServer server = new(1);

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task List_WithAKeptTime_DropsWhatIsOlderAndTellsOfItInTheTimeline()
    {
        var conversation = server.AddConversation();
        await using (var client = await home.JoinAsync(server))
        {
            client.Start();
            foreach (var text in new[] { "first", "second", "third" })
            {
                server.Say(conversation, text);
            }

            await TestHome.UntilAsync(client, () => client.Cursor(conversation) == 3);
            var timeline = client.TimelineOf(conversation);
            Assert.Equal(["first", "second", "third"], timeline.Items.Select(item => item.Text));

            // The fake server's entry n was appended at n ms.
            server.KeptSinceMs = 3;
            server.Drop(CloseReason.ShuttingDown);
            await TestHome.UntilAsync(client, () => client.Entries(conversation, 1, 10)[0].Content.IsEmpty && client.Status.Phase is LinkPhase.Online);
            client.Refresh(timeline);
            Assert.Equal([(TimelineKind.Expired, ""), (TimelineKind.Post, "third")], timeline.Items.Select(item => (item.Kind, item.Text)));
        }

        await using var again = home.Open(server);
        var held = again.Entries(conversation, 1, 10);
        Assert.Equal([1UL, 2UL, 3UL], held.Select(entry => entry.Sequence));
        Assert.Equal([true, true, false], held.Select(entry => entry.Content.IsEmpty));
        Assert.All(held, entry => Assert.Equal(FakeServer.Other.ToBytes(), entry.AuthorPersonId.ToByteArray()));
    }

    [Fact]
    public async Task Send_WhileTheServerHoldsBack_WaitsAndIsNeverLost()
    {
        var conversation = server.AddConversation();
        await using var client = await home.JoinAsync(server);
        var refusals = 3;
        server.RefuseSend = _ => --refusals >= 0 ? new Refusal { Code = RefusalCode.TooMany, Reason = "messaging.too-fast", RetryAfterMs = 6_000 } : null;
        client.Start();
        client.Queue(conversation, Composer.Post("before", 0, [], []));
        await TestHome.UntilAsync(client, () => client.Pending(conversation) is [{ Refusal: null } held] && held.HeldFor > TimeSpan.Zero);
        var waits = new Waits();
        var sent = await client.SendAsync(conversation, Composer.Post("after", 0, [], []), waits, TestContext.Current.CancellationToken);

        Assert.True(sent.IsOk);
        Assert.Equal(["before", "after"], server.Texts(conversation));
        Assert.Empty(client.Pending(conversation));
        Assert.All(waits.Told, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(6)));
    }

    private sealed class Waits : IProgress<TimeSpan>
    {
        public List<TimeSpan> Told { get; } = [];

        public void Report(TimeSpan value) => Told.Add(value);
    }
}
