using Google.Protobuf;
using Rivet.Client.Home;
using Rivet.Client.Links;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Client.Sync;

/// <summary>
/// Brings the server's logs into the container: lists, fetches what follows each cursor, applies pushes that fit and
/// fetches where they do not, and acknowledges what is durably here. One loop, so that nothing overtakes anything.
/// </summary>
internal sealed class CatchUp(ILink link, LocalStore store, SyncInbox inbox, PersonId self)
{
    private const uint Page = 500;
    private const int MostCursors = 200;
    private readonly HashSet<ConversationId> stuck = [];
    private readonly HashSet<ByteString> strangers = [];
    private readonly HashSet<ConversationId> moved = [];

    /// <summary>Works until the link ends; <paramref name="caughtUp"/> is called whenever nothing is left to do.</summary>
    public async Task RunAsync(Action caughtUp, CancellationToken ct)
    {
        inbox.Ask(work => (work.List, work.People) = (true, true));
        while (true)
        {
            var work = await inbox.TakeAsync(ct);
            if (work.List)
            {
                await ListAsync(work, ct);
            }

            Apply(work);
            foreach (var conversation in work.Gaps)
            {
                await FetchAsync(conversation, ct);
            }

            if (work.People)
            {
                await PeopleAsync(ct);
            }

            await AcknowledgeAsync(ct);
            if (inbox.IsEmpty)
            {
                caughtUp();
            }
        }
    }

    private async Task ListAsync(SyncWork work, CancellationToken ct)
    {
        // What is founded here while the list is on its way is not in it, and not gone.
        var known = store.Conversations();
        var present = new HashSet<ConversationId>();
        var after = ByteString.Empty;
        var incarnation = ByteString.CopyFrom(store.Incarnation());
        ListConversationsResponse page;
        while (true)
        {
            page = await AskAsync(
                Method.ListConversations,
                new ListConversationsRequest { After = after, Limit = Page, Incarnation = incarnation }, ListConversationsResponse.Parser, ct);
            foreach (var conversation in page.Conversations)
            {
                if (EntityId.TryRead<ConversationId>(conversation.ConversationId.Span, out var id))
                {
                    if (page.Rewinds)
                    {
                        store.Rewind(id, conversation.KeptSequence);
                    }

                    present.Add(id);
                    Keep(work, id, conversation);
                }
            }

            if (!page.More || page.Conversations.Count == 0)
            {
                break;
            }

            after = page.Conversations[^1].ConversationId;
        }

        // Once all logs were cut: killed before, the next run cuts them again.
        if (page.Incarnation.Length > 0 && page.Incarnation != incarnation)
        {
            store.KeepIncarnation(page.Incarnation.ToByteArray());
        }

        store.KeepSealing(page.Sealing);
        if (page.KeptSinceMs > store.KeptSinceMs())
        {
            store.Expire(page.KeptSinceMs);
        }

        foreach (var gone in known.Where(one => !one.Removed && !present.Contains(EntityId.Read<ConversationId>(one.ConversationId.Span))))
        {
            gone.Removed = true;
            store.KeepConversation(gone);
        }
    }

    private void Keep(SyncWork work, ConversationId id, Conversation conversation)
    {
        store.KeepConversation(conversation);
        if (conversation.Removed)
        {
            return;
        }

        // Whoever was removed and is a member again may fetch again.
        stuck.Remove(id);
        var cursor = store.Cursor(id);
        if (cursor < conversation.LastSequence)
        {
            work.Gaps.Add(id);
        }

        // What a crash kept from being acknowledged is acknowledged now.
        if (cursor > conversation.DeviceCursor)
        {
            moved.Add(id);
        }
    }

    private void Apply(SyncWork work)
    {
        foreach (var conversation in work.Conversations)
        {
            if (EntityId.TryRead<ConversationId>(conversation.ConversationId.Span, out var id))
            {
                Keep(work, id, conversation);
            }
        }

        foreach (var log in work.Entries.GroupBy(entry => EntityId.Read<ConversationId>(entry.ConversationId.Span)))
        {
            if (store.Conversation(log.Key) is null)
            {
                inbox.Ask(more => more.List = true);
            }

            if (Append(log.Key, log) < log.Max(entry => entry.Sequence))
            {
                work.Gaps.Add(log.Key);
            }
        }

        foreach (var read in work.Reads.Where(read => read.Cursor is not null && self.ToBytes().AsSpan().SequenceEqual(read.PersonId.Span)))
        {
            if (EntityId.TryRead<ConversationId>(read.Cursor.ConversationId.Span, out var id) && store.Conversation(id) is { } known
                && known.ReadSequence < read.Cursor.Sequence)
            {
                known.ReadSequence = read.Cursor.Sequence;
                store.KeepConversation(known);
            }
        }
    }

    private async Task FetchAsync(ConversationId conversation, CancellationToken ct)
    {
        while (!stuck.Contains(conversation))
        {
            var cursor = store.Cursor(conversation);
            var request = new FetchRequest { ConversationId = ByteString.CopyFrom(conversation.ToBytes()), After = cursor, Limit = Page };
            var answer = await link.AskAsync(Method.Fetch, request, FetchResponse.Parser, ct);
            if (!answer.TryGet(out var fetched, out var refusal))
            {
                if (IsPassing(refusal))
                {
                    throw new LinkEndedException(ClientRefusal.Of(refusal).Reason);
                }

                // No longer a member, or unreadable for good: the list will say; asking again in this session would not help.
                stuck.Add(conversation);
                return;
            }

            var here = Append(conversation, fetched.Entries.Where(entry => entry.ConversationId.Span.SequenceEqual(request.ConversationId.Span)));
            if (here >= fetched.LastSequence)
            {
                return;
            }

            if (here == cursor)
            {
                stuck.Add(conversation);
            }
        }
    }

    private ulong Append(ConversationId conversation, IEnumerable<Entry> entries)
    {
        var list = entries.ToList();
        var cursor = store.Append(conversation, list);
        moved.Add(conversation);
        foreach (var entry in list.Where(entry => entry.AuthorPersonId.Length == EntityId.Size))
        {
            if (strangers.Add(entry.AuthorPersonId) && store.Person(entry.AuthorPersonId) is null)
            {
                inbox.Ask(more => more.People = true);
            }
        }

        return cursor;
    }

    private async Task PeopleAsync(CancellationToken ct)
    {
        var after = ByteString.Empty;
        while (true)
        {
            var answer = await link.AskAsync(Method.ListPeople, new ListPeopleRequest { After = after, Limit = Page }, ListPeopleResponse.Parser, ct);
            if (!answer.TryGet(out var page, out var refusal))
            {
                if (refusal.Reason == "link.lost")
                {
                    throw new LinkEndedException(refusal.Reason);
                }

                return; // A guest may not list people; the conversations work without.
            }

            store.KeepPeople(page.People);
            if (!page.More || page.People.Count == 0)
            {
                return;
            }

            after = page.People[^1].PersonId;
        }
    }

    private async Task AcknowledgeAsync(CancellationToken ct)
    {
        await store.DurableAsync(ct);
        foreach (var some in moved.Chunk(MostCursors))
        {
            var cursors = some.Select(conversation => new Cursor
            {
                ConversationId = ByteString.CopyFrom(conversation.ToBytes()),
                Sequence = store.Cursor(conversation),
            }).Where(cursor => cursor.Sequence > 0).ToList();
            if (cursors.Count > 0 && !await TryAcknowledgeAsync(cursors, ct) && cursors.Count > 1)
            {
                // The server moves all or none: a conversation one was removed from must not hold the others back.
                foreach (var cursor in cursors)
                {
                    await TryAcknowledgeAsync([cursor], ct);
                }
            }
        }

        moved.Clear();
    }

    /// <summary>False when the server refused for good.</summary>
    private async Task<bool> TryAcknowledgeAsync(IReadOnlyList<Cursor> cursors, CancellationToken ct)
    {
        var answer = await link.AskAsync(Method.Acknowledge, new AcknowledgeRequest { Cursors = { cursors } }, AcknowledgeResponse.Parser, ct);
        return answer.TryGet(out _, out var refusal) || (IsPassing(refusal) ? throw new LinkEndedException(refusal.Reason) : false);
    }

    private async Task<TResponse> AskAsync<TResponse>(Method method, IMessage request, MessageParser<TResponse> parser, CancellationToken ct)
        where TResponse : class, IMessage<TResponse>
        => (await link.AskAsync(method, request, parser, ct)).TryGet(out var answer, out var refusal)
            ? answer
            : throw new LinkEndedException(ClientRefusal.Of(refusal).Reason);

    private static bool IsPassing(Refusal refusal)
        => refusal.Code is RefusalCode.Unavailable or RefusalCode.TooMany or RefusalCode.Internal;
}
