using System.Diagnostics;

namespace Rivet.Bench.Load;

/// <summary>One request under way on each connection, again and again.</summary>
internal static class EchoLoad
{
    private const ushort Echo = 1;

    public static async Task<EchoResult> RunAsync(
        IReadOnlyList<LoadLink> links, byte[] body, TimeSpan warmUp, TimeSpan measure, Func<TimeSpan> serverCpu)
    {
        long answers = 0;
        var stopped = false;
        foreach (var link in links)
        {
            uint stream = 1;
            _ = link.ReceiveAsync(frame =>
            {
                if (frame[4] == Peers.BareFrames.Push)
                {
                    return; // A ticket, behind the welcome.
                }

                if (frame[4] != Peers.BareFrames.Response)
                {
                    throw new InvalidOperationException($"refused: {Convert.ToHexString(frame)}");
                }

                Interlocked.Increment(ref answers);
                if (!Volatile.Read(ref stopped))
                {
                    link.Send(Peers.BareFrames.Request, Echo, stream += 2, body);
                }
            });
            link.Send(Peers.BareFrames.Request, Echo, stream, body);
        }

        await Task.Delay(warmUp);
        var (cpu, count, watch) = (serverCpu(), Interlocked.Read(ref answers), Stopwatch.StartNew());
        await Task.Delay(measure);
        var (seconds, done, used) = (watch.Elapsed.TotalSeconds, Interlocked.Read(ref answers) - count, serverCpu() - cpu);
        Volatile.Write(ref stopped, true);
        return new EchoResult(done / seconds, used.TotalMicroseconds / done, used.TotalSeconds / seconds);
    }
}

/// <summary>Requests answered a second, server CPU in microseconds a request, and the part of its core the server used.</summary>
internal sealed record EchoResult(double PerSecond, double CpuPerRequest, double ServerBusy);
