using System.Data.Common;
using Google.Protobuf;
using Rivet.Cluster;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Sends messages and reads the log.</summary>
internal sealed class EntryEndpoints(
    IStore store, GrainFinder<IConversationGrain> grains, EntrySeal seal, PolicyBook policies, Allowances allowances, HeldBack held)
{
    /// <summary>Answers only once the message is durable, or was.</summary>
    public async ValueTask<Result<SendResponse, Refusal>> SendAsync(Permit permit, SendRequest request, CancellationToken ct)
    {
        var (company, person) = (permit.Company, permit.Subject.Person);
        var policy = await policies.ReadAsync(company, ct);
        if (!allowances.TryTake(person, policy.MessagesPerMinute, out var wait))
        {
            return await FindStoredAsync(permit, request, ct) is { } known ? known : held.TooFast(person, wait);
        }

        if (policies.IsFull(company, policy))
        {
            return await FindStoredAsync(permit, request, ct) is { } known ? known : held.Full(person);
        }

        if (policy.Seal.Required && ContentRules.IsInClear(request.Content.Span))
        {
            return await FindStoredAsync(permit, request, ct) is { } known ? known : MessagingRefusal.MustBeSealed.ToWire();
        }

        var grain = grains.Of(permit.Question.Resource.Id);
        var appended = await grain.AppendAsync(AppendCommand.From(permit, request));
        return appended.Refusal == MessagingRefusal.None
            ? new SendResponse { Sequence = (ulong)appended.Sequence, AppendedMs = appended.AppendedMs, Duplicate = appended.Duplicate }
            : appended.Refusal.ToWire();
    }

    /// <summary>
    /// Reads onwards from a sequence, within <see cref="Bounds.Page"/> entries and <see cref="Bounds.FetchBytes"/>. An
    /// entry whose key was destroyed is given with empty content, so that a client can pass it.
    /// </summary>
    public async ValueTask<Result<FetchResponse, Refusal>> FetchAsync(Permit permit, FetchRequest request, CancellationToken ct)
    {
        if (request.Limit > Bounds.Page || request.After > long.MaxValue)
        {
            return MessagingRefusal.Malformed.ToWire("A fetch gives at most 500 entries.");
        }

        var conversation = new ConversationId(permit.Question.Resource.Id);
        var limit = request.Limit == 0 ? Bounds.Page : (int)request.Limit;
        var (rows, last) = await store.ReadAsync(
            session => (Read(session, conversation, (long)request.After, limit), EntryTable.LastSequence(session, conversation)), ct);
        var contexts = rows.ConvertAll(row => new Ciphertext(row.Sealed, EntrySeal.OfEntry(permit.Company, conversation, row.Origin)));
        var opened = rows.Count == 0 ? [] : await seal.OpenAsync(permit.Company, contexts.ToArray(), ct);
        var response = new FetchResponse { LastSequence = (ulong)last };
        for (var index = 0; index < opened.Length; index++)
        {
            var entry = rows[index].Entry;
            if (rows[index].Sealed.Length == 0)
            {
                // Its month was destroyed and emptied.
            }
            else if (opened[index].TryGet(out var content, out var refusal))
            {
                entry.Content = UnsafeByteOperations.UnsafeWrap(content);
            }
            else if (refusal != VaultRefusal.Destroyed)
            {
                return EntrySeal.Translate(refusal).ToWire();
            }

            response.Entries.Add(entry);
        }

        return response;
    }

    /// <summary>A repeated message that was stored is answered whatever the limits: its sender only missed the answer.</summary>
    private async ValueTask<SendResponse?> FindStoredAsync(Permit permit, SendRequest request, CancellationToken ct)
    {
        if (request.ClientMessageId.Length != EntityId.Size)
        {
            return null;
        }

        var origin = Origin.OfMessage(new DeviceId(permit.Subject.Via), request.ClientMessageId.Span);
        var stored = await store.ReadAsync(session => EntryTable.Find(session, origin), ct);
        return stored.Sequence != 0 && stored.Conversation.Value == permit.Question.Resource.Id
            ? new SendResponse { Sequence = (ulong)stored.Sequence, AppendedMs = stored.AppendedMs, Duplicate = true }
            : null;
    }

    private static List<(Entry Entry, byte[] Origin, byte[] Sealed)> Read(ReadSession session, ConversationId conversation, long after, int limit)
    {
        var size = 0;
        var id = ByteString.CopyFrom(conversation.ToBytes());
        var rows = session.Query(
            """
            SELECT sequence, origin, author_person, author_device, appended_ms, own_time_ms, sealed
            FROM messaging_entry WHERE conversation_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
            """,
            row => size > Bounds.FetchBytes ? default : Map(row, id, ref size),
            conversation.ToBytes(), after, limit);
        var full = rows.FindIndex(row => row.Entry is null);

        // The row that passed the bound is left for the next fetch, unless it is the only one.
        return size <= Bounds.FetchBytes ? rows : rows[..Math.Max(1, (full < 0 ? rows.Count : full) - 1)];
    }

    private static (Entry Entry, byte[] Origin, byte[] Sealed) Map(DbDataReader row, ByteString conversation, ref int size)
    {
        var origin = (byte[])row.GetValue(1);
        var content = (byte[])row.GetValue(6);
        var entry = new Entry
        {
            ConversationId = conversation,
            Sequence = (ulong)row.GetInt64(0),
            AuthorPersonId = UnsafeByteOperations.UnsafeWrap((byte[])row.GetValue(2)),
            AuthorDeviceId = row.IsDBNull(3) ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap((byte[])row.GetValue(3)),
            AppendedMs = row.GetInt64(4),
            OwnTimeMs = row.GetInt64(5),
            ClientMessageId = ByteString.CopyFrom(Origin.ClientMessageId(origin)),
        };
        size += content.Length + entry.CalculateSize();
        return (entry, origin, content);
    }
}
