using System.Buffers;
using Rivet.Cryptography;
using Rivet.Lws.Agreement;
using Rivet.Lws.Records;

namespace Rivet.Hosting.Link.Connections;

/// <summary>Sealing and opening (docs/protocol/lws.md §6).</summary>
internal sealed partial class LwsConnection
{
    private RecordPair? records;
    private byte[]? opened;

    /// <summary>Opens the record at the beginning; null when it does not open. What it gives is valid until the next one is opened.</summary>
    private async ValueTask<ReadOnlySequence<byte>?> OpenAsync(ReadOnlySequence<byte> received, int size)
    {
        if (opened is null || opened.Length < size + AeadSizes.Tag)
        {
            Forget();
            opened = ArrayPool<byte>.Shared.Rent(size + AeadSizes.Tag);
        }

        return await records!.Opener.OpenAsync(received, size, opened) ? new ReadOnlySequence<byte>(opened, 0, size) : null;
    }

    /// <summary>Gives the buffer back: an idle connection holds none.</summary>
    private void Forget()
    {
        if (opened is not null)
        {
            ArrayPool<byte>.Shared.Return(opened, clearArray: true);
            opened = null;
        }
    }

    /// <summary>Sends whole frames: in a record once there are keys, in clear before.</summary>
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> frames)
    {
        if (records is null)
        {
            await transport.WriteAsync(frames);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(RecordSealer.SizeOf(frames.Length));
        try
        {
            frames.CopyTo(buffer.AsMemory(RecordLimits.HeaderSize));
            await transport.WriteAsync(await records.Sealer.SealAsync(buffer, frames.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
