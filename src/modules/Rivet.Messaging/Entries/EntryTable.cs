using System.Buffers.Binary;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>The log's statements. Sequences are given inside the insert, on the store's one writer.</summary>
internal static class EntryTable
{
    /// <summary>The outbox topic of a message sent by a person; see <see cref="Announcement"/> for its payload.</summary>
    public const string Topic = "messaging.appended";

    /// <summary>Appends. Gives the new sequence; 0 when nothing was stored, since the origin is there already.</summary>
    /// <remarks>One row of values: inserting from a query would make SQLite copy every page it touches, in case it has to stop halfway.</remarks>
    public static long Append(WriteTransaction transaction, NewEntry entry, long nowMs)
        => transaction.QueryFirst(
            """
            INSERT INTO messaging_entry
                (conversation_id, sequence, origin, kind, author_person, author_device, appended_ms, own_time_ms, sealed)
            VALUES ($1, 1 + coalesce((SELECT max(sequence) FROM messaging_entry WHERE conversation_id = $1), 0), $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (origin) DO NOTHING
            RETURNING sequence
            """,
            row => row.GetInt64(0),
            entry.Conversation.ToBytes(), entry.Origin.Bytes, (long)entry.Kind, entry.Author.ToBytes(),
            entry.Device == default ? null : entry.Device.ToBytes(), nowMs, entry.OwnTimeMs == 0 ? nowMs : entry.OwnTimeMs, entry.Sealed);

    /// <summary>Where an origin was stored; sequence 0 when it was not.</summary>
    public static (ConversationId Conversation, long Sequence, long AppendedMs) Find(ReadSession session, Origin origin)
        => session.QueryFirst(
            "SELECT conversation_id, sequence, appended_ms FROM messaging_entry WHERE origin = $1",
            row => (EntityId.Read<ConversationId>((byte[])row.GetValue(0)), row.GetInt64(1), row.GetInt64(2)),
            origin.Bytes);

    public static long LastSequence(ReadSession session, ConversationId conversation)
        => session.QueryFirst(
            "SELECT coalesce(max(sequence), 0) FROM messaging_entry WHERE conversation_id = $1",
            row => row.GetInt64(0),
            conversation.ToBytes());

    /// <summary>The kind and author of an entry; <see cref="Content.KindOneofCase.None"/> when there is none.</summary>
    public static (Content.KindOneofCase Kind, PersonId Author) Describe(ReadSession session, ConversationId conversation, ulong sequence)
        => session.QueryFirst(
            "SELECT kind, author_person FROM messaging_entry WHERE conversation_id = $1 AND sequence = $2",
            row => ((Content.KindOneofCase)row.GetInt32(0), EntityId.Read<PersonId>((byte[])row.GetValue(1))),
            conversation.ToBytes(), (long)sequence);

    /// <summary>What the outbox says of a sent message: conversation (16) · author (16) · sequence (8) · appended ms (8) · sealed bytes (4), big-endian.</summary>
    public static byte[] Announcement(NewEntry entry, long sequence, long appendedMs)
    {
        var payload = new byte[52];
        entry.Conversation.WriteTo(payload);
        entry.Author.WriteTo(payload.AsSpan(16));
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(32), sequence);
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(40), appendedMs);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(48), entry.Sealed.Length);
        return payload;
    }

    /// <summary>The time in an <see cref="Announcement"/>.</summary>
    public static long AppendedMs(ReadOnlySpan<byte> announcement) => BinaryPrimitives.ReadInt64BigEndian(announcement[40..]);

    /// <summary>The size in an <see cref="Announcement"/>; 0 in those of former versions, whose entries were counted by the upgrade.</summary>
    public static int SealedBytes(ReadOnlySpan<byte> announcement) => announcement.Length < 52 ? 0 : BinaryPrimitives.ReadInt32BigEndian(announcement[48..]);
}
