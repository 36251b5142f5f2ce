using System.Collections.Concurrent;
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
        var sent = await client.SendAsync(conversation, Composer.Post("after", 0, [], []), TestContext.Current.CancellationToken);

        Assert.True(sent.IsOk);
        Assert.Equal(["before", "after"], server.Texts(conversation));
        Assert.Empty(client.Pending(conversation));
    }

    [Theory]
    [InlineData(RefusalCode.Unavailable, "vault.withheld", 0)]
    [InlineData(RefusalCode.TooMany, "messaging.too-fast", 6_000)]
    public async Task Send_NotTakenNow_TellsWhyAndForHowLong_AndGoesOutByItself(RefusalCode code, string reason, int afterMs)
    {
        var conversation = server.AddConversation();
        await using var client = await home.JoinAsync(server);
        var waits = new Waits();
        var (granted, tries) = (false, 0);
        server.RefuseSend = _ => granted && ++tries > 2 ? null : new Refusal { Code = code, Reason = reason, RetryAfterMs = (uint)afterMs };
        client.Start();
        var sending = client.SendAsync(conversation, Composer.Post("patient", 0, [], []), waits, TestContext.Current.CancellationToken);
        await waits.FirstAsync();
        Assert.Equal((reason, null), client.Pending(conversation) is [var pending] ? (pending.WaitsFor?.Reason, pending.Refusal) : default);
        granted = true;

        Assert.True((await sending).IsOk);
        Assert.All(waits.Told, wait => Assert.Equal(reason, wait.WaitsFor?.Reason));
        Assert.All(waits.Told, wait => Assert.InRange(wait.HeldFor, TimeSpan.Zero, TimeSpan.FromMilliseconds(afterMs)));
        if (afterMs == 0)
        {
            Assert.Single(waits.Told); // However often it was tried.
        }

        Assert.Equal(["patient"], server.Texts(conversation));
        Assert.Empty(client.Pending(conversation));
    }

    private sealed class Waits : IProgress<PendingMessage>
    {
        private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<PendingMessage> Told { get; } = [];

        public void Report(PendingMessage value)
        {
            Told.Enqueue(value);
            first.TrySetResult();
        }

        public Task FirstAsync() => first.Task.WaitAsync(TestContext.Current.CancellationToken);
    }
}
