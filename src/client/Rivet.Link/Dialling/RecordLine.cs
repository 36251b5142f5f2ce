using System.Buffers;
using System.IO.Pipelines;
using Rivet.Link.Recording;
using Rivet.Cryptography;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;

namespace Rivet.Link.Dialling;

/// <summary>What waiting for a record gave.</summary>
internal enum RecordRead
{
    /// <summary>Its frames can be taken.</summary>
    Opened,

    /// <summary>The other side ended the line.</summary>
    Ended,

    /// <summary>What came is no record of this link.</summary>
    Broken,

    /// <summary>What came is too short for a record: a frame in clear, from a server that has no keys (docs/protocol/lws.md §5.6).</summary>
    Clear,
}

/// <summary>Frames in sealed records over a connection. One reader and one writer at a time.</summary>
internal sealed class RecordLine(LinkWire wire, PipeReader input, RecordPair records, LinkRecorder? recorder = null) : IDisposable
{
    private byte[] plaintext = [];
    private ReadOnlySequence<byte> frames;

    /// <summary>Waits for the next record. The frames of the one before are over.</summary>
    public async ValueTask<RecordRead> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            var read = await input.ReadAsync(ct);
            var status = RecordOpener.Find(read.Buffer, out var size);
            if (status == RecordStatus.Complete)
            {
                recorder?.Record(fromServer: true, read.Buffer.Slice(0, RecordLimits.Overhead + (long)size).ToArray());
                Reserve(size + AeadSizes.Tag);
                var isOpen = await records.Opener.OpenAsync(read.Buffer, size, plaintext);
                input.AdvanceTo(read.Buffer.GetPosition(RecordLimits.Overhead + (long)size));
                frames = new ReadOnlySequence<byte>(plaintext, 0, size);
                return isOpen ? RecordRead.Opened : RecordRead.Broken;
            }

            var isClear = status == RecordStatus.BadLength && read.Buffer.Slice(0, RecordLimits.HeaderSize - 1).ToArray().All(part => part == 0);
            input.AdvanceTo(read.Buffer.Start, isClear ? read.Buffer.Start : read.Buffer.End);
            if (status == RecordStatus.BadLength)
            {
                return isClear ? RecordRead.Clear : RecordRead.Broken;
            }

            if (read.IsCompleted)
            {
                return RecordRead.Ended;
            }
        }
    }

    /// <summary>The frames of the record that were not taken, and its padding; valid until the next record is awaited.</summary>
    public ReadOnlySequence<byte> Untaken => frames;

    /// <summary>Takes the next frame of the record; its body is valid until the next record is awaited.</summary>
    public FrameStatus TryTake(out Frame frame) => RecordFrames.TryRead(ref frames, out frame);

    /// <summary>Seals whole frames into one record and sends it.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> whole, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(RecordSealer.SizeOf(whole.Length));
        try
        {
            whole.CopyTo(buffer.AsMemory(RecordLimits.HeaderSize));
            var record = await records.Sealer.SealAsync(buffer, whole.Length);
            recorder?.Record(fromServer: false, record.Span);
            await wire.Stream.WriteAsync(record, ct);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task ShutdownAsync() => wire.FinishAsync();

    public void Dispose()
    {
        wire.Dispose();
        records.Dispose();
    }

    private void Reserve(int size)
    {
        if (plaintext.Length < size)
        {
            plaintext = new byte[Math.Max(size, 4096)];
        }
    }
}
