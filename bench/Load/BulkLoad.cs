using System.Buffers.Binary;
using System.Diagnostics;
using Google.Protobuf;
using Rivet.Bench.Peers;
using Rivet.Lws;
using Rivet.Lws.Frames;
using Rivet.Wire;

namespace Rivet.Bench.Load;

/// <summary>
/// Chunks of 16 KiB that come back, a window of 256 KiB under way on each connection: for the product on a stream with credit, for the
/// bare peer as requests.
/// </summary>
internal sealed class BulkLoad(LoadLink link, bool isBare)
{
    private const int Chunk = 16 * 1024;
    private const uint Stream = 1;
    private static readonly byte[] Body = new byte[Chunk];
    private int allowance = LwsConstants.StreamCredit;
    private int consumed;
    private long received;
    private volatile bool stopped;

    public static async Task<BulkResult> RunAsync(
        IReadOnlyList<LoadLink> links, bool isBare, TimeSpan warmUp, TimeSpan measure, Func<TimeSpan> serverCpu)
    {
        var loads = links.Select(link => new BulkLoad(link, isBare)).ToArray();
        foreach (var load in loads)
        {
            load.Start();
        }

        await Task.Delay(warmUp);
        var (cpu, bytes, watch) = (serverCpu(), loads.Sum(load => Interlocked.Read(ref load.received)), Stopwatch.StartNew());
        await Task.Delay(measure);
        var (seconds, done, used) = (watch.Elapsed.TotalSeconds, loads.Sum(load => Interlocked.Read(ref load.received)) - bytes, serverCpu() - cpu);
        foreach (var load in loads)
        {
            load.stopped = true;
        }

        var megabytes = done / 1e6;
        return new BulkResult(megabytes / seconds, used.TotalMicroseconds / megabytes, used.TotalSeconds / seconds);
    }

    private void Start()
    {
        _ = link.ReceiveAsync(Take);
        if (!isBare)
        {
            link.Send((byte)FrameType.Request, (ushort)Method.StreamEcho, Stream, new StreamEchoRequest().ToByteArray());
        }

        SendAll();
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var size = frame.Length - BareFrames.HeaderSize;
        switch ((FrameType)frame[4])
        {
            case FrameType.Response when isBare:
                allowance += size;
                Interlocked.Add(ref received, size);
                break;
            case FrameType.Data:
                Interlocked.Add(ref received, size);
                Consume(size);
                return;
            case FrameType.Credit when BinaryPrimitives.ReadUInt32BigEndian(frame[8..]) == Stream:
                allowance += (int)Credit.Parser.ParseFrom(frame[BareFrames.HeaderSize..]).Bytes;
                break;
            case FrameType.Push or FrameType.Credit: // A ticket; the connection's own credit, which is never the narrower one here.
                return;
            default:
                throw new InvalidOperationException($"refused: {Convert.ToHexString(frame)}");
        }

        SendAll();
    }

    private void SendAll()
    {
        for (; allowance >= Chunk && !stopped; allowance -= Chunk)
        {
            link.Send((byte)(isBare ? FrameType.Request : FrameType.Data), isBare ? (ushort)Method.Echo : (ushort)0, Stream, Body);
        }
    }

    private void Consume(int size)
    {
        consumed += size;
        if (consumed >= LwsConstants.StreamCredit / 2)
        {
            var credit = new Credit { Bytes = (uint)consumed }.ToByteArray();
            link.Send((byte)FrameType.Credit, 0, Stream, credit);
            link.Send((byte)FrameType.Credit, 0, 0, credit);
            consumed = 0;
        }
    }
}

/// <summary>Megabytes that came back a second, server CPU in microseconds a megabyte, and the part of its core the server used.</summary>
internal sealed record BulkResult(double MegabytesPerSecond, double CpuPerMegabyte, double ServerBusy);
