using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Takes and gives files chunk by chunk; each chunk is sealed by itself, bound to its place and to being the last.</summary>
/// <remarks>A file is of the month in which its first chunk was stored, whenever a post attaches it, and ends with that month.</remarks>
internal sealed class FileEndpoints(IStore store, IAccess access, EntrySeal seal, PolicyBook policies, HeldBack held, TimeProvider time)
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

        var put = new ChunkPut(file, conversation, permit.Company, permit.Subject.Person, request.Index, request.Last, request.Data.Length, chunks[0]);
        var policy = await policies.ReadAsync(permit.Company, ct);
        var (refusal, duplicate) = await store.WriteAsync(transaction => Put(transaction, put, policy, isImport: false), ct);
        if (refusal == MessagingRefusal.FilesOfToday && await IsImportAsync(permit, conversation, ct))
        {
            (refusal, duplicate) = await store.WriteAsync(transaction => Put(transaction, put, policy, isImport: true), ct);
        }

        return refusal switch
        {
            MessagingRefusal.None => new PutFileChunkResponse { Duplicate = duplicate },
            MessagingRefusal.FilesOfToday => held.TooManyToday(Limit.Files, put.Person),
            MessagingRefusal.StorageFull => held.Full(put.Person),
            _ => refusal.ToWire(),
        };
    }

    public async ValueTask<Result<GetFileChunkResponse, Refusal>> GetAsync(Permit permit, GetFileChunkRequest request, CancellationToken ct)
    {
        if (!EntityId.TryRead<FileId>(request.FileId.Span, out var file))
        {
            return MessagingRefusal.Malformed.ToWire("The file's id is malformed.");
        }

        var conversation = new ConversationId(permit.Question.Resource.Id);
        var (row, chunk) = await store.ReadAsync(session => (FileTable.Find(session, file), FileTable.FindChunk(session, file, request.Index)), ct);
        if (row is null || row.Conversation != conversation)
        {
            return MessagingRefusal.FileMissing.ToWire();
        }

        if (chunk is null)
        {
            // A chunk that was there and is not: the file's end is under way.
            return (row.IsExpired || request.Index < row.Chunks ? MessagingRefusal.Expired : MessagingRefusal.FileMissing).ToWire();
        }

        var last = row.Complete && request.Index == row.Chunks - 1;
        var context = EntrySeal.OfChunk(permit.Company, conversation, file, request.Index, last);
        var opened = await seal.OpenAsync(permit.Company, new[] { new Ciphertext(chunk, context) }, ct);
        return opened[0].TryGet(out var data, out var refusal)
            ? new GetFileChunkResponse { Data = UnsafeByteOperations.UnsafeWrap(data), Last = last }
            : EntrySeal.Translate(refusal).ToWire();
    }

    /// <summary>Whoever imports brings an archive's files into its conversations: as many a day as there are.</summary>
    private async ValueTask<bool> IsImportAsync(Permit permit, ConversationId conversation, CancellationToken ct)
        => await store.ReadAsync(session => ConversationTable.Find(session, conversation), ct) is { ImportOrigin: not null }
        && (await access.AskAsync(new Question(permit.Subject, Permissions.Import, Resource.Of(permit.Company)), ct)).Permit is not null;

    /// <summary>A file belongs to the one who began it and to the conversation it was begun in.</summary>
    private (MessagingRefusal Refusal, bool Duplicate) Put(WriteTransaction transaction, ChunkPut put, CompanyPolicy policy, bool isImport)
    {
        var (file, conversation, person, index) = (put.File, put.Conversation, put.Person, put.Index);
        var row = FileTable.Find(transaction, file);
        if (!MemberTable.IsMember(transaction, conversation, person))
        {
            return (MessagingRefusal.NotAMember, false);
        }

        if (row is not null && (row.Conversation != conversation || row.Person != person))
        {
            return (MessagingRefusal.IdReused, false);
        }

        if (row is { IsExpired: true })
        {
            return (MessagingRefusal.Expired, false);
        }

        if (index < (row?.Chunks ?? 0))
        {
            return (MessagingRefusal.None, true);
        }

        if (index > (row?.Chunks ?? 0) || row is { Complete: true })
        {
            return (MessagingRefusal.FileOutOfOrder, false);
        }

        var now = time.GetUtcNow();
        var day = UsageTable.DayOf(now);
        if (!isImport && UsageTable.Find(transaction, put.Company, person, day).FileBytes + put.Size > policy.FileBytesPerDay)
        {
            return (MessagingRefusal.FilesOfToday, false);
        }

        if (policy.StoredGibibytes != 0 && PolicyTable.Stored(transaction, put.Company) + put.Sealed.Length > policy.StoredBytes)
        {
            return (MessagingRefusal.StorageFull, false);
        }

        FileTable.AddChunk(transaction, file, conversation, person, index, put.Last, put.Sealed, now.ToUnixTimeMilliseconds());
        policies.Count(transaction, put.Company, put.Sealed.Length);
        if (!isImport)
        {
            UsageTable.Add(transaction, put.Company, person, day, put.Size, conversations: 0);
        }

        return (MessagingRefusal.None, false);
    }

    /// <summary>A chunk on its way into the store.</summary>
    private sealed record ChunkPut(
        FileId File, ConversationId Conversation, CompanyId Company, PersonId Person, uint Index, bool Last, int Size, byte[] Sealed);
}
