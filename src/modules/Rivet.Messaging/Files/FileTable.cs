using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>A file as stored: whose, where, and how much of it is there.</summary>
internal sealed record FileRow(ConversationId Conversation, PersonId Person, long Chunks, bool Complete)
{
    /// <summary>Its month was destroyed: nothing of it is left but that it was.</summary>
    public bool IsExpired => Complete && Chunks == 0;
}

internal static class FileTable
{
    public static FileRow? Find(ReadSession session, FileId file)
        => session.QueryFirst(
            "SELECT conversation_id, person, chunks, complete FROM messaging_file WHERE file_id = $1",
            row => new FileRow(
                EntityId.Read<ConversationId>((byte[])row.GetValue(0)),
                EntityId.Read<PersonId>((byte[])row.GetValue(1)),
                row.GetInt64(2),
                row.GetBoolean(3)),
            file.ToBytes());

    /// <summary>Whether a file of this conversation is stored to its last chunk.</summary>
    public static bool IsComplete(ReadSession session, ConversationId conversation, ReadOnlySpan<byte> fileId)
        => EntityId.TryRead<FileId>(fileId, out var file)
        && Find(session, file) is { Complete: true, IsExpired: false } found
        && found.Conversation == conversation;

    public static void AddChunk(
        WriteTransaction transaction, FileId file, ConversationId conversation, PersonId person, uint index, bool last, byte[] sealedChunk, long nowMs)
    {
        transaction.Execute(
            """
            INSERT INTO messaging_file (file_id, conversation_id, person, chunks, complete, begun_ms) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (file_id) DO UPDATE SET chunks = excluded.chunks, complete = excluded.complete
            """,
            file.ToBytes(), conversation.ToBytes(), person.ToBytes(), index + 1L, last ? 1L : 0L, nowMs);
        transaction.Execute(
            "INSERT INTO messaging_file_chunk (file_id, position, sealed) VALUES ($1, $2, $3)",
            file.ToBytes(), (long)index, sealedChunk);
    }

    /// <summary>Notes that a file's chunks were destroyed.</summary>
    public static void End(WriteTransaction transaction, byte[] file)
        => transaction.Execute("UPDATE messaging_file SET complete = 1, chunks = 0 WHERE file_id = $1", file);

    public static byte[]? FindChunk(ReadSession session, FileId file, uint index)
        => session.QueryFirst(
            "SELECT sealed FROM messaging_file_chunk WHERE file_id = $1 AND position = $2",
            row => (byte[])row.GetValue(0),
            file.ToBytes(), (long)index);
}
