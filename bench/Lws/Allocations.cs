using System.Buffers;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;

namespace Rivet.Bench.Lws;

/// <summary>Bytes allocated for a frame on its way: queued, sealed, opened and cut, at both ends.</summary>
internal static class Allocations
{
    private const int Frames = 10_000;
    private const int Blocks = 5; // Together fewer than a change of keys apart, which allocates.

    /// <summary>
    /// Bytes a frame in steady state, the median of blocks: what the runtime allocates once while it compiles the loop anew is not the
    /// frames'. The code of the product, on this thread.
    /// </summary>
    public static double Measure()
    {
        var aeads = new LinkAeads();
        var key = new byte[AeadSizes.Key];
        using var sealer = new RecordSealer(aeads, AeadSuite.Aes256Gcm, aeads.Create(AeadSuite.Aes256Gcm, key));
        using var opener = new RecordOpener(aeads, AeadSuite.Aes256Gcm, aeads.Create(AeadSuite.Aes256Gcm, key));
        var queue = new FrameQueue(1 << 20);
        var body = new byte[256];
        var record = new byte[RecordSealer.SizeOf(body.Length + 12)];
        var plaintext = new byte[record.Length];
        Run(Frames);
        return Statistics.Median(Enumerable.Range(0, Blocks).Select(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(Frames);
            return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Frames;
        }).ToArray());

        void Run(int count)
        {
            for (var number = 0; number < count; number++)
            {
                if (queue.Add(FrameType.Data, 1, body) != FrameQueue.Queued.MustSend || queue.TryTake() is not { } segment)
                {
                    throw new InvalidOperationException("The queue did not give the frame.");
                }

                segment.Bytes.CopyTo(record.AsMemory(RecordLimits.HeaderSize));
                var isSealed = sealer.SealAsync(record, segment.Length);
                queue.Sent(segment);
                queue.TryTake();
                queue.TryFinish();
                if (!isSealed.IsCompletedSuccessfully)
                {
                    throw new InvalidOperationException("Sealing waited.");
                }

                var received = new ReadOnlySequence<byte>(isSealed.Result);
                RecordOpener.Find(received, out var size);
                var opened = opener.OpenAsync(received, size, plaintext);
                var frames = new ReadOnlySequence<byte>(plaintext, 0, size);
                if (!opened.IsCompletedSuccessfully || !opened.Result || RecordFrames.TryRead(ref frames, out _) != FrameStatus.Complete)
                {
                    throw new InvalidOperationException("The frame did not come back.");
                }
            }
        }
    }
}
