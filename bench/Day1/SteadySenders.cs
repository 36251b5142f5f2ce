using System.Collections.Concurrent;
using System.Diagnostics;
using Rivet.Bench.Load;
using Rivet.Bench.Peers;

namespace Rivet.Bench.Day1;

/// <summary>People who send a message every now and then, each the next when the former was acknowledged: for the longest pause, not for the load.</summary>
internal sealed class SteadySenders(IReadOnlyList<Pair> pairs)
{
    private const int Senders = 8;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);
    private readonly ConcurrentDictionary<int, long> underWay = new();
    private readonly List<Task> running = [];
    private readonly Lock gate = new();
    private double slowest;
    private long sent;
    private volatile bool stopped;

    public void Start()
    {
        for (var index = 0; index < Senders; index++)
        {
            running.Add(SendAsync(index));
        }
    }

    /// <summary>The longest wait for an acknowledgement since the last call, in milliseconds: one that still lasts counts.</summary>
    public double TakeSlowest()
    {
        lock (gate)
        {
            var lasting = underWay.Values.Select(since => Stopwatch.GetElapsedTime(since).TotalMilliseconds).DefaultIfEmpty(0).Max();
            var longest = Math.Max(slowest, lasting);
            slowest = 0;
            return longest;
        }
    }

    /// <summary>Ends; gives how many were sent.</summary>
    public async Task<long> StopAsync()
    {
        stopped = true;
        await Task.WhenAll(running);
        return sent;
    }

    private async Task SendAsync(int index)
    {
        var pair = pairs[index];
        var answers = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        _ = pair.From.ReceiveAsync(frame =>
        {
            if (frame[4] != BareFrames.Push)
            {
                answers.Writer.TryWrite(frame[4] == BareFrames.Response);
            }
        });
        _ = pair.To.ReceiveAsync(_ => { });
        for (ulong number = 0; !stopped; number++)
        {
            var begun = underWay[index] = Stopwatch.GetTimestamp();
            pair.From.Send(BareFrames.Request, pair.Method, (uint)number + 1, pair.Body(number));
            if (!await answers.Reader.ReadAsync())
            {
                throw new InvalidOperationException("A message was refused: this run counts for nothing.");
            }

            underWay.TryRemove(index, out _);
            lock (gate)
            {
                slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                sent++;
            }

            await Task.Delay(Every);
        }
    }
}
