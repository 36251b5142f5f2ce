using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>A conversation as stored.</summary>
internal sealed record ConversationRow
{
    public required ConversationId Id { get; init; }

    public required CompanyId Company { get; init; }

    public required ConversationKind Kind { get; init; }

    /// <summary>Null for one-to-one.</summary>
    public byte[]? SealedTitle { get; init; }

    /// <summary>What it was imported from; null when it was not.</summary>
    public byte[]? ImportOrigin { get; init; }
}

/// <summary>A conversation as one person on one device sees it.</summary>
internal sealed record ConversationView(
    ConversationRow Row, int MemberCount, IReadOnlyList<PersonId> Members, long LastSequence, long LastMs, long ReadSequence, long DeviceCursor);

internal static class ConversationTable
{
    private const string Columns = "conversation_id, company, kind, title, import_origin";

    /// <summary>Stores a conversation; false when its pair or its import origin has one already.</summary>
    public static bool Add(WriteTransaction transaction, ConversationRow row, byte[]? pairKey, long nowMs)
        => transaction.Execute(
            """
            INSERT INTO messaging_conversation (conversation_id, company, kind, title, pair_key, import_origin, created_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """,
            row.Id.ToBytes(), row.Company.ToBytes(), (long)row.Kind, row.SealedTitle, pairKey, row.ImportOrigin, nowMs) > 0;

    public static ConversationRow? Find(ReadSession session, ConversationId conversation)
        => session.QueryFirst($"SELECT {Columns} FROM messaging_conversation WHERE conversation_id = $1", Map, conversation.ToBytes());

    public static ConversationRow? FindPair(ReadSession session, byte[] pairKey)
        => session.QueryFirst($"SELECT {Columns} FROM messaging_conversation WHERE pair_key = $1", Map, pairKey);

    public static ConversationRow? FindImported(ReadSession session, byte[] importOrigin)
        => session.QueryFirst($"SELECT {Columns} FROM messaging_conversation WHERE import_origin = $1", Map, importOrigin);

    /// <summary>The conversations of a person after one of them, in the order of their ids.</summary>
    public static List<ConversationRow> Page(ReadSession session, PersonId person, ReadOnlySpan<byte> after, int limit)
        => session.Query(
            """
            SELECT c.conversation_id, c.company, c.kind, c.title, c.import_origin
            FROM messaging_member m JOIN messaging_conversation c ON c.conversation_id = m.conversation_id
            WHERE m.person = $1 AND m.conversation_id > $2 ORDER BY m.conversation_id LIMIT $3
            """,
            Map,
            person.ToBytes(), after.ToArray(), limit);

    /// <summary>One-to-one is one per pair: the company and the two people, lower first.</summary>
    public static byte[] PairKey(CompanyId company, PersonId one, PersonId other)
    {
        byte[] first = one.ToBytes(), second = other.ToBytes();
        return first.AsSpan().SequenceCompareTo(second) < 0
            ? [.. company.ToBytes(), .. first, .. second]
            : [.. company.ToBytes(), .. second, .. first];
    }

    /// <summary>What a person on a device sees of a conversation; with empty ids, what everybody sees.</summary>
    public static ConversationView View(ReadSession session, ConversationRow row, PersonId person, DeviceId device)
    {
        var count = MemberTable.Count(session, row.Id);
        var (last, lastMs) = session.QueryFirst(
            """
            SELECT sequence, appended_ms FROM messaging_entry WHERE conversation_id = $1 ORDER BY sequence DESC LIMIT 1
            """,
            reader => (reader.GetInt64(0), reader.GetInt64(1)),
            row.Id.ToBytes());
        return new ConversationView(
            row,
            count,
            count <= Bounds.NamedMembers ? MemberTable.Of(session, row.Id) : [],
            last,
            lastMs,
            person == default ? 0 : PositionTable.Read(session, person, row.Id),
            device == default ? 0 : PositionTable.Cursor(session, device, row.Id));
    }

    private static ConversationRow Map(DbDataReader row) => new()
    {
        Id = EntityId.Read<ConversationId>((byte[])row.GetValue(0)),
        Company = EntityId.Read<CompanyId>((byte[])row.GetValue(1)),
        Kind = (ConversationKind)row.GetInt32(2),
        SealedTitle = row.IsDBNull(3) ? null : (byte[])row.GetValue(3),
        ImportOrigin = row.IsDBNull(4) ? null : (byte[])row.GetValue(4),
    };
}
