using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>How far a device has stored and a person has read. Neither ever moves back.</summary>
internal static class PositionTable
{
    public static long Cursor(ReadSession session, DeviceId device, ConversationId conversation)
        => session.QueryFirst(
            "SELECT sequence FROM messaging_cursor WHERE device = $1 AND conversation_id = $2",
            row => row.GetInt64(0),
            device.ToBytes(), conversation.ToBytes());

    public static long Read(ReadSession session, PersonId person, ConversationId conversation)
        => session.QueryFirst(
            "SELECT sequence FROM messaging_read WHERE person = $1 AND conversation_id = $2",
            row => row.GetInt64(0),
            person.ToBytes(), conversation.ToBytes());

    public static void MoveCursor(WriteTransaction transaction, DeviceId device, ConversationId conversation, long sequence)
        => transaction.Execute(
            """
            INSERT INTO messaging_cursor (device, conversation_id, sequence) VALUES ($1, $2, $3)
            ON CONFLICT (device, conversation_id) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > sequence
            """,
            device.ToBytes(), conversation.ToBytes(), sequence);

    /// <summary>Moves the read position; false when it was there or further.</summary>
    public static bool MoveRead(WriteTransaction transaction, PersonId person, ConversationId conversation, long sequence)
        => transaction.Execute(
            """
            INSERT INTO messaging_read (person, conversation_id, sequence) VALUES ($1, $2, $3)
            ON CONFLICT (person, conversation_id) DO UPDATE SET sequence = excluded.sequence WHERE excluded.sequence > sequence
            """,
            person.ToBytes(), conversation.ToBytes(), sequence) > 0;

    /// <summary>How far the members of a conversation have read; who has read nothing is left out.</summary>
    public static List<(PersonId Person, long Sequence)> OfMembers(ReadSession session, ConversationId conversation)
        => session.Query(
            """
            SELECT member.person, position.sequence
            FROM messaging_member member
            JOIN messaging_read position ON position.person = member.person AND position.conversation_id = member.conversation_id
            WHERE member.conversation_id = $1
            """,
            row => (EntityId.Read<PersonId>((byte[])row.GetValue(0)), row.GetInt64(1)),
            conversation.ToBytes());
}
