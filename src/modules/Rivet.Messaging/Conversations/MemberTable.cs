using Rivet.Access;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>Who is in a conversation. The access relation is written in the same transaction, so both change at one commit.</summary>
internal static class MemberTable
{
    /// <summary>Adds a member; false when they were one already.</summary>
    public static bool Add(
        WriteTransaction transaction, IRelations relations, ConversationRow conversation, PersonId person, long joinedSequence, long nowMs)
    {
        var added = transaction.Execute(
            """
            INSERT INTO messaging_member (conversation_id, person, joined_sequence, joined_ms) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING
            """,
            conversation.Id.ToBytes(), person.ToBytes(), joinedSequence, nowMs);
        if (added > 0)
        {
            relations.Add(transaction, Resource.Of(conversation.Id, conversation.Company), Relation.Member, person);
        }

        return added > 0;
    }

    /// <summary>Removes a member; false when they were none.</summary>
    public static bool Remove(WriteTransaction transaction, IRelations relations, ConversationRow conversation, PersonId person)
    {
        var removed = transaction.Execute(
            "DELETE FROM messaging_member WHERE conversation_id = $1 AND person = $2", conversation.Id.ToBytes(), person.ToBytes());
        if (removed > 0)
        {
            relations.Remove(transaction, Resource.Of(conversation.Id, conversation.Company), Relation.Member, person);
        }

        return removed > 0;
    }

    public static bool IsMember(ReadSession session, ConversationId conversation, PersonId person)
        => session.QueryFirst(
            "SELECT 1 FROM messaging_member WHERE conversation_id = $1 AND person = $2",
            row => true,
            conversation.ToBytes(), person.ToBytes());

    public static int Count(ReadSession session, ConversationId conversation)
        => session.QueryFirst(
            "SELECT count(*) FROM messaging_member WHERE conversation_id = $1", row => row.GetInt32(0), conversation.ToBytes());

    /// <summary>Whether the person is in the conversation, and it is small enough to show everybody what each one does.</summary>
    public static bool ShowsAll(ReadSession session, ConversationId conversation, PersonId person)
        => IsMember(session, conversation, person) && Count(session, conversation) <= Bounds.NamedMembers;

    public static List<PersonId> Of(ReadSession session, ConversationId conversation)
        => session.Query(
            "SELECT person FROM messaging_member WHERE conversation_id = $1",
            row => EntityId.Read<PersonId>((byte[])row.GetValue(0)),
            conversation.ToBytes());

    public static List<ConversationId> ConversationsOf(ReadSession session, PersonId person)
        => session.Query(
            "SELECT conversation_id FROM messaging_member WHERE person = $1",
            row => EntityId.Read<ConversationId>((byte[])row.GetValue(0)),
            person.ToBytes());
}
