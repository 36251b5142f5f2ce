using System.Diagnostics;
using System.Threading;
using Rivet.Bench.Peers;

namespace Rivet.Bench.Load;

/// <summary>Two signed-in connections, one writing to the other.</summary>
/// <param name="From">Who sends.</param>
/// <param name="To">Who receives.</param>
/// <param name="Method">The request method of a send.</param>
/// <param name="Body">The body of message number n.</param>
/// <param name="Number">Which message a push carries; null for a push of another kind.</param>
internal sealed record Pair(LoadLink From, LoadLink To, ushort Method, Func<ulong, byte[]> Body, PushNumber Number);

internal delegate ulong? PushNumber(ReadOnlySpan<byte> frame);

/// <summary>Messages between pairs, closed loop (a window per pair) or open loop (Poisson arrivals at a given rate).</summary>
internal sealed class SendLoad
{
    private const int Window = 16;
    private readonly Pair[] pairs;
    private readonly long[][] intended;
    private readonly ulong[] sent;
    private readonly List<double> latencies = new(1 << 20);
    private readonly Lock gate = new();
    private uint stream;
    private long delivered;
    private long acknowledged;
    private long refused;
    private volatile bool stopped;
    private volatile bool measuring;

    public SendLoad(IReadOnlyList<Pair> pairs)
    {
        this.pairs = [.. pairs];
        sent = new ulong[pairs.Count];
        intended = [.. pairs.Select(_ => new long[1 << 16])];
        for (var index = 0; index < this.pairs.Length; index++)
        {
            Listen(index);
        }
    }

    /// <summary>Keeps the window of every pair full.</summary>
    public async Task<SendResult> RunClosedAsync(TimeSpan warmUp, TimeSpan measure, Func<TimeSpan> serverCpu)
    {
        refill = true;
        for (var index = 0; index < pairs.Length; index++)
        {
            for (var message = 0; message < Window; message++)
            {
                SendNext(index, Stopwatch.GetTimestamp());
            }
        }

        return await MeasureAsync(warmUp, measure, serverCpu);
    }

    /// <summary>Sends at a rate, whatever the answers do; latency counts from when a message was due.</summary>
    public async Task<SendResult> RunOpenAsync(double perSecond, TimeSpan warmUp, TimeSpan measure, Func<TimeSpan> serverCpu)
    {
        var random = new Random(7);
        var arrivals = new Thread(() =>
        {
            var due = Stopwatch.GetTimestamp();
            while (!stopped)
            {
                due += (long)(-Math.Log(1 - random.NextDouble()) / perSecond * Stopwatch.Frequency);
                while (Stopwatch.GetTimestamp() < due)
                {
                    Thread.Sleep(1);
                }

                SendNext(random.Next(pairs.Length), due);
            }
        });
        arrivals.Start();
        var result = await MeasureAsync(warmUp, measure, serverCpu);
        arrivals.Join();
        return result;
    }

    private bool refill;

    private async Task<SendResult> MeasureAsync(TimeSpan warmUp, TimeSpan measure, Func<TimeSpan> serverCpu)
    {
        await Task.Delay(warmUp);
        var (cpu, count, watch) = (serverCpu(), Interlocked.Read(ref delivered), Stopwatch.StartNew());
        measuring = true;
        await Task.Delay(measure);
        measuring = false;
        var (seconds, messages, used) = (watch.Elapsed.TotalSeconds, Interlocked.Read(ref delivered) - count, serverCpu() - cpu);
        stopped = true;
        await SettleAsync();
        double[] sorted;
        lock (gate)
        {
            sorted = [.. latencies.Order()];
        }

        return new SendResult(
            messages / seconds,
            used.TotalMicroseconds / messages,
            used.TotalSeconds / seconds,
            Percentile(sorted, 0.50), Percentile(sorted, 0.99), Percentile(sorted, 0.999),
            Interlocked.Read(ref refused),
            sent.Sum(number => (long)number) - Interlocked.Read(ref delivered),
            sent.Sum(number => (long)number) - Interlocked.Read(ref acknowledged));
    }

    /// <summary>Everything sent must arrive and be acknowledged; what is still missing after a while is reported.</summary>
    private async Task SettleAsync()
    {
        for (var wait = 0; wait < 100; wait++)
        {
            if (Interlocked.Read(ref delivered) >= sent.Sum(number => (long)number)
                && Interlocked.Read(ref acknowledged) >= sent.Sum(number => (long)number))
            {
                return;
            }

            await Task.Delay(50);
        }
    }

    private void SendNext(int index, long due)
    {
        var number = Interlocked.Increment(ref sent[index]) - 1;
        intended[index][number & 0xFFFF] = due;
        pairs[index].From.Send(BareFrames.Request, pairs[index].Method, Interlocked.Increment(ref stream), pairs[index].Body(number));
    }

    private void Listen(int index)
    {
        var pair = pairs[index];
        _ = pair.From.ReceiveAsync(frame =>
        {
            if (frame[4] == BareFrames.Response)
            {
                Interlocked.Increment(ref acknowledged);
            }
            else if (frame[4] != BareFrames.Push && Interlocked.Increment(ref refused) == 1)
            {
                Console.Error.WriteLine($"refused: {Convert.ToHexString(frame)}");
            }
        });
        _ = pair.To.ReceiveAsync(frame =>
        {
            if (frame[4] != BareFrames.Push || pair.Number(frame) is not { } number)
            {
                return;
            }

            var now = Stopwatch.GetTimestamp();
            Interlocked.Increment(ref delivered);
            if (measuring)
            {
                lock (gate)
                {
                    latencies.Add(Stopwatch.GetElapsedTime(intended[index][number & 0xFFFF], now).TotalMilliseconds);
                }
            }

            if (refill && !stopped)
            {
                SendNext(index, now);
            }
        });
    }

    private static double Percentile(double[] sorted, double part)
        => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))];
}

/// <summary>What one run of <see cref="SendLoad"/> saw. Times in milliseconds, CPU in microseconds a message.</summary>
internal sealed record SendResult(
    double PerSecond, double CpuPerMessage, double ServerBusy, double P50, double P99, double P999, long Refused, long Missing, long Unacknowledged);
