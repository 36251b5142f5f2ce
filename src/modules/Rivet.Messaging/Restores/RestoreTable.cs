using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>What restores have taken back: sequences after the last restored entry are given a second time, to other entries.</summary>
internal static class RestoreTable
{
    /// <summary>Notes the last entry of a store that was restored.</summary>
    public static int Note(WriteTransaction transaction)
        => transaction.Execute(
            "INSERT INTO messaging_restored (incarnation, last_arrival) VALUES ($1, (SELECT coalesce(max(arrival), 0) FROM messaging_entry))",
            Incarnation.Current(transaction).Number);

    /// <summary>
    /// The last arrival that whoever knows an incarnation has in common with this store; null when it is the incarnation of now. One that is not in
    /// this store's line has nothing in common that could be told.
    /// </summary>
    public static long? LastCommon(ReadSession session, Incarnation current, ReadOnlySpan<byte> known)
    {
        var number = Incarnation.NumberOf(session, known);
        return number == current.Number ? null
            : number is null ? 0
            : session.QueryFirst("SELECT min(last_arrival) FROM messaging_restored WHERE incarnation > $1", row => row.IsDBNull(0) ? 0 : row.GetInt64(0), number.Value);
    }

    /// <summary>The last sequence of a conversation up to an arrival.</summary>
    public static long Kept(ReadSession session, ConversationId conversation, long lastArrival)
        => session.QueryFirst(
            "SELECT sequence FROM messaging_entry WHERE conversation_id = $1 AND arrival <= $2 ORDER BY sequence DESC LIMIT 1",
            row => row.GetInt64(0),
            conversation.ToBytes(), lastArrival);
}
