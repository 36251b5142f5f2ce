using System.Buffers;
using Rivet.Cryptography;
using Rivet.Lws.Agreement;
using Rivet.Lws.Frames;
using Rivet.Lws.Records;
using Rivet.Wire;

namespace Rivet.Hosting.Link.Connections;

/// <summary>The handshake of version 2 and the records behind it (docs/protocol/lws-2.md).</summary>
internal sealed partial class LwsConnection
{
    private RecordPair? records;
    private byte[]? opened;
    private ReadOnlySequence<byte> early;

    private async ValueTask<SignedInDevice?> AgreeAsync(byte[] initiate)
    {
        if (await server.Identity.GetStaticAsync(Gone) is not { } own)
        {
            return await RefuseAsync(CloseReason.ShuttingDown, "unavailable");
        }

        var terms = new ServerTerms { Keys = own.Keys, Static = own.Static, Bindings = Bindings() };
        var answer = await new AwaitingInitiate(terms, server.Primitives).AnswerAsync(initiate, Gone);
        if (!answer.TryGet(out var responded, out var refusal))
        {
            return await RefuseAsync(refusal);
        }

        using (responded)
        {
            await SendRawAsync(FrameType.Respond, responded.Respond);
            var finish = responded.AwaitsFinish ? await ReadMessageAsync(FrameType.Finish) : [];
            if (finish is null)
            {
                return null;
            }

            var finished = await responded.FinishAsync(finish, Gone);
            if (!finished.TryGet(out var link, out refusal))
            {
                return await RefuseAsync(refusal);
            }

            records = link.Records;
            return await ReadReadyAsync() ? await AskRegisterAsync(link.Keys, link.Join) : null;
        }
    }

    /// <summary>
    /// Nothing is acted on before a record opens that begins with ready: only the device itself can have made it. What else
    /// is in it waits for the welcome.
    /// </summary>
    private async ValueTask<bool> ReadReadyAsync()
    {
        while (true)
        {
            var read = await input.ReadAsync(Gone);
            if (phase == Phase.Closing)
            {
                input.AdvanceTo(read.Buffer.Start);
                return false;
            }

            var rest = read.Buffer;
            var status = RecordOpener.Find(rest, out var size);
            var frames = status == RecordStatus.Complete ? await OpenAsync(rest, size) : null;
            if (status == RecordStatus.Complete)
            {
                rest = rest.Slice(RecordLimits.Overhead + (long)size);
            }

            input.AdvanceTo(rest.Start, status == RecordStatus.Incomplete ? read.Buffer.End : rest.Start);
            if (frames is { } plaintext)
            {
                if (RecordFrames.TryRead(ref plaintext, out var frame) == FrameStatus.Complete && frame.Type == FrameType.Ready)
                {
                    early = plaintext;
                    return true;
                }

                await RefuseAsync(CloseReason.ProtocolError, "malformed");
                return false;
            }

            if (status != RecordStatus.Incomplete)
            {
                await RefuseAsync(AgreementRefusal.Unproven);
                return false;
            }

            if (read.IsCompleted)
            {
                return false;
            }
        }
    }

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
            await tls.WriteAsync(frames, CancellationToken.None);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(RecordSealer.SizeOf(frames.Length));
        try
        {
            frames.CopyTo(buffer.AsMemory(RecordLimits.HeaderSize));
            await tls.WriteAsync(await records.Sealer.SealAsync(buffer, frames.Length), CancellationToken.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ValueTask<SignedInDevice?> RefuseAsync(AgreementRefusal refusal) => refusal switch
    {
        AgreementRefusal.Version => RefuseAsync(CloseReason.Version, "version"),
        AgreementRefusal.Malformed => RefuseAsync(CloseReason.ProtocolError, "malformed"),
        _ => RefuseAsync(CloseReason.Refused, "unproven"),
    };
}
