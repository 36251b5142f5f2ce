using System.Security.Cryptography;
using Google.Protobuf;
using Rivet.Client.Sealing;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client;

/// <content>Files: their chunks in and out.</content>
public sealed partial class RivetClient
{
    private const int ChunkSize = 256 * 1024;

    /// <summary>
    /// Stores a file for a conversation, chunk by chunk. A break of the link makes it wait for the next one and go on with
    /// the chunk it was at: one that is there already is passed over.
    /// </summary>
    /// <param name="conversation">Where it will be attached.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="mediaType">Its media type, as its owner says.</param>
    /// <param name="content">Its bytes, at most 64 MiB.</param>
    /// <param name="progress">Told how many bytes are stored, after each chunk; null for nobody.</param>
    /// <param name="ct">Ends the attempt by an exception; what was stored without being attached is of no use to anyone.</param>
    public async Task<Result<Attachment, ClientRefusal>> PutFileAsync(
        ConversationId conversation, string name, string mediaType, Stream content, IProgress<long>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!ring.IsEnrolled && Sealing is { Required: true })
        {
            return new ClientRefusal(ClientRefusal.KeysNotEnrolled);
        }

        var file = EntityId.New<FileId>(time);
        using var cipher = Cipher(conversation, file);
        var buffer = new byte[cipher is null ? ChunkSize : ChunkSize - AeadSizes.Tag];
        var filled = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        ulong size = 0;
        for (uint index = 0; ; index++)
        {
            var chunk = buffer.AsMemory(0, filled).ToArray();
            var next = filled < buffer.Length ? 0 : await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            var request = new PutFileChunkRequest
            {
                ConversationId = Bytes(conversation),
                FileId = Bytes(file),
                Index = index,
                Last = next == 0,
                Data = UnsafeByteOperations.UnsafeWrap(cipher is null ? chunk : await cipher.SealAsync(index, next == 0, chunk)),
            };
            if (await PutChunkAsync(request, ct) is { } why)
            {
                return why;
            }

            size += (ulong)chunk.Length;
            progress?.Report((long)size);
            if (request.Last)
            {
                return new Attachment { FileId = Bytes(file), Name = name, MediaType = mediaType, Size = size };
            }

            filled = next;
        }
    }

    /// <summary>Puts a chunk, again after every break; null when it is stored.</summary>
    private async Task<ClientRefusal?> PutChunkAsync(PutFileChunkRequest request, CancellationToken ct)
    {
        while (true)
        {
            var seen = Changes;
            var put = await AskAsync(Method.PutFileChunk, request, PutFileChunkResponse.Parser, ct);
            if (put.TryGet(out _, out var why))
            {
                return null;
            }

            // Without a link at the beginning nothing has been done yet, and whoever asked may be told so.
            var waits = why.Reason is ClientRefusal.OutcomeUnknown || (why.Reason is ClientRefusal.Offline && request.Index > 0);
            if (!waits || Status.Phase is LinkPhase.Ended)
            {
                return why;
            }

            ct.ThrowIfCancellationRequested();
            await WaitAsync(seen, ct);
        }
    }

    /// <summary>A fresh key for a file, kept until the message that attaches it is sent; null where nothing is sealed.</summary>
    private FileCipher? Cipher(ConversationId conversation, FileId file)
    {
        if (!ring.IsEnrolled)
        {
            return null;
        }

        var key = RandomNumberGenerator.GetBytes(FileCipher.KeySize);
        store.KeepFileKey(file.ToBytes(), key);
        var cipher = new FileCipher(parts!.Aeads, key, Profile.Company, conversation, file);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>
    /// Copies a stored file out. One that was sealed is opened with the key of the message that attaches it, which must have been opened; a chunk that was changed
    /// ends it as <see cref="ClientRefusal.FileForged"/>, and what was written before is to be thrown away.
    /// </summary>
    public async Task<Result<long, ClientRefusal>> GetFileAsync(ConversationId conversation, FileId file, Stream target, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(target);
        long size = 0;
        var key = ring.FileKey(file);
        if (key is null && ring.IsSealed(file))
        {
            return new ClientRefusal(ClientRefusal.NotOpened);
        }

        using var cipher = key is null ? null : new FileCipher(parts!.Aeads, key, Profile.Company, conversation, file);
        for (uint index = 0; ; index++)
        {
            var request = new GetFileChunkRequest { ConversationId = Bytes(conversation), FileId = Bytes(file), Index = index };
            if (!(await AskAsync(Method.GetFileChunk, request, GetFileChunkResponse.Parser, ct)).TryGet(out var chunk, out var why))
            {
                return why;
            }

            var data = chunk.Data.Memory;
            if (cipher is not null)
            {
                if (await cipher.OpenAsync(index, chunk.Last, data) is not { } opened)
                {
                    return new ClientRefusal(ClientRefusal.FileForged);
                }

                data = opened;
            }

            await target.WriteAsync(data, ct);
            size += data.Length;
            if (chunk.Last || chunk.Data.IsEmpty)
            {
                return size;
            }
        }
    }
}
