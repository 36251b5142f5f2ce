using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Takes and gives files chunk by chunk; each chunk is sealed by itself, bound to its place and to being the last.</summary>
internal sealed class FileEndpoints(IStore store, EntrySeal seal)
{
    public async ValueTask<Result<PutFileChunkResponse, Refusal>> PutAsync(Permit permit, PutFileChunkRequest request, CancellationToken ct)
    {
        if (!EntityId.TryRead<FileId>(request.FileId.Span, out var file))
        {
            return MessagingRefusal.Malformed.ToWire("The file's id is malformed.");
        }

        if (request.Index >= Bounds.FileChunks || request.Data.Length > Bounds.FileChunkBytes)
        {
            return MessagingRefusal.TooLarge.ToWire("A file has at most 256 chunks of 256 KiB.");
        }

        if (request.Data.Length < Bounds.FileChunkBytes && !request.Last)
        {
            return MessagingRefusal.Malformed.ToWire("Only the last chunk may be shorter than 256 KiB.");
        }

        var conversation = new ConversationId(permit.Question.Resource.Id);
        var context = EntrySeal.OfChunk(permit.Company, conversation, file, request.Index, request.Last);
        var answer = await seal.SealAsync(permit.Company, new[] { new Plaintext(request.Data.Memory, context) }, ct);
        if (!answer.TryGet(out var chunks, out var vaultRefusal))
        {
            return EntrySeal.Translate(vaultRefusal).ToWire();
        }

        var person = permit.Subject.Person;
        var (refusal, duplicate) = await store.WriteAsync(
            transaction => Put(transaction, file, conversation, person, request.Index, request.Last, chunks[0]), ct);
        return refusal == MessagingRefusal.None ? new PutFileChunkResponse { Duplicate = duplicate } : refusal.ToWire();
    }

    public async ValueTask<Result<GetFileChunkResponse, Refusal>> GetAsync(Permit permit, GetFileChunkRequest request, CancellationToken ct)
    {
        if (!EntityId.TryRead<FileId>(request.FileId.Span, out var file))
        {
            return MessagingRefusal.Malformed.ToWire("The file's id is malformed.");
        }

        var conversation = new ConversationId(permit.Question.Resource.Id);
        var (row, chunk) = await store.ReadAsync(session => (FileTable.Find(session, file), FileTable.FindChunk(session, file, request.Index)), ct);
        if (row is null || chunk is null || row.Conversation != conversation)
        {
            return MessagingRefusal.FileMissing.ToWire();
        }

        var last = row.Complete && request.Index == row.Chunks - 1;
        var context = EntrySeal.OfChunk(permit.Company, conversation, file, request.Index, last);
        var opened = await seal.OpenAsync(permit.Company, new[] { new Ciphertext(chunk, context) }, ct);
        return opened[0].TryGet(out var data, out var refusal)
            ? new GetFileChunkResponse { Data = UnsafeByteOperations.UnsafeWrap(data), Last = last }
            : EntrySeal.Translate(refusal).ToWire();
    }

    /// <summary>A file belongs to the one who began it and to the conversation it was begun in.</summary>
    private static (MessagingRefusal Refusal, bool Duplicate) Put(
        WriteTransaction transaction, FileId file, ConversationId conversation, PersonId person, uint index, bool last, byte[] chunk)
    {
        var row = FileTable.Find(transaction, file);
        if (!MemberTable.IsMember(transaction, conversation, person))
        {
            return (MessagingRefusal.NotAMember, false);
        }

        if (row is not null && (row.Conversation != conversation || row.Person != person))
        {
            return (MessagingRefusal.IdReused, false);
        }

        if (index < (row?.Chunks ?? 0))
        {
            return (MessagingRefusal.None, true);
        }

        if (index > (row?.Chunks ?? 0) || row is { Complete: true })
        {
            return (MessagingRefusal.FileOutOfOrder, false);
        }

        FileTable.AddChunk(transaction, file, conversation, person, index, last, chunk);
        return (MessagingRefusal.None, false);
    }
}
