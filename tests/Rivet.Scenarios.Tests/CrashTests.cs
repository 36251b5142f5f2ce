using System.Collections.Concurrent;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

public sealed class CrashTests
{
    [Fact]
    public async Task ServerKilled_UnderLoad_LosesAndDoublesNothingAcknowledged()
    {
        const int Pairs = 8;
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var conversations = new List<(Device From, Device To, ByteString Id)>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            var (from, to) = (await company.AddAsync($"From {pair}"), await company.AddAsync($"To {pair}"));
            conversations.Add((from, to, await from.OpenDirectAsync(to)));
        }

        var acknowledged = new ConcurrentDictionary<(ByteString Conversation, string Text), ulong>();
        for (var round = 0; round < 3; round++)
        {
            var senders = conversations.Select(pair => SendUntilBrokenAsync(pair.From, pair.Id, round, acknowledged)).ToArray();
            await WaitUntilAsync(() => acknowledged.Count > (round + 1) * 200, senders);
            server.Kill();
            await Task.WhenAll(senders);
            server.StartAgain();
            foreach (var (from, to, _) in conversations)
            {
                await from.ReconnectAsync();
                await to.ReconnectAsync();
            }
        }

        foreach (var (_, to, id) in conversations)
        {
            var log = await to.ReadAsync(id);
            Assert.Equal(Enumerable.Range(1, log.Count).Select(number => (ulong)number), log.Select(entry => entry.Sequence));
            var texts = log.Select(Device.Text).OfType<string>().ToList();
            Assert.Equal(texts.Count, texts.Distinct().Count());
            Assert.All(
                acknowledged.Where(sent => sent.Key.Conversation == id),
                sent => Assert.Equal(sent.Key.Text, Device.Text(log[(int)sent.Value - 1])));
        }

        Assert.NotEmpty(acknowledged);
    }

    [Fact]
    public async Task Server_AskedToStop_SaysSoAndEndsCleanly()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);

        var code = server.Stop();

        Assert.Equal(0, code);
        Assert.Equal(CloseReason.ShuttingDown, await company.Founder.Link.Closed.WaitAsync(TimeSpan.FromSeconds(10), Company.Ct));
    }

    private static async Task SendUntilBrokenAsync(
        Device from, ByteString conversation, int round, ConcurrentDictionary<(ByteString, string), ulong> acknowledged)
    {
        var senders = Enumerable.Range(0, 4).Select(async lane =>
        {
            for (var number = 0; ; number++)
            {
                var text = $"{round}.{lane}.{number}";
                if (!(await from.TrySendAsync(conversation, text, Guid.NewGuid())).TryGet(out var sent, out _))
                {
                    return;
                }

                acknowledged[(conversation, text)] = sent.Sequence;
            }
        });
        await Task.WhenAll(senders);
    }

    /// <summary>Looks again and again while the senders are at it; that they all stopped before is a failure, not a wait.</summary>
    private static async Task WaitUntilAsync(Func<bool> condition, IReadOnlyCollection<Task> senders)
    {
        while (!condition())
        {
            Assert.Contains(senders, sender => !sender.IsCompleted);
            await Task.Delay(20, Company.Ct);
        }
    }
}
