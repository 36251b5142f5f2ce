using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Takes a message from its bytes to its durable place: check, seal, store, push.</summary>
internal sealed class Appender(EntrySeal seal, IStore store, Switchboard switchboard, TimeProvider time)
{
    public async ValueTask<Appended> AppendAsync(ConversationId conversation, AppendCommand command)
    {
        var refusal = ContentRules.TryParse(command.Content.Span, out var content);
        if (refusal != MessagingRefusal.None)
        {
            return Appended.Refused(refusal);
        }

        if (command.ClientMessageId.Length != EntityId.Size)
        {
            return Appended.Refused(MessagingRefusal.Malformed);
        }

        var company = new CompanyId(command.Company);
        var device = new DeviceId(command.Device);
        var origin = Origin.OfMessage(device, command.ClientMessageId.Span);
        var plaintext = new Plaintext(command.Content, EntrySeal.OfEntry(company, conversation, origin.Bytes));
        var answer = await seal.SealAsync(company, new[] { plaintext }, CancellationToken.None);
        if (!answer.TryGet(out var sealedItems, out var vaultRefusal))
        {
            return Appended.Refused(EntrySeal.Translate(vaultRefusal));
        }

        var entry = new NewEntry
        {
            Company = company,
            Conversation = conversation,
            Origin = origin,
            Kind = content!.KindCase,
            Author = new PersonId(command.Person),
            Device = device,
            Content = command.Content,
            Sealed = sealedItems[0],
        };
        try
        {
            return await store.WriteAsync(new Append(entry, content, switchboard, time).Run, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            return Appended.Refused(MessagingRefusal.StoreUnavailable);
        }
    }

    /// <summary>One append inside the store's transaction, and its pushes after the commit.</summary>
    private sealed class Append(NewEntry entry, Content content, Switchboard switchboard, TimeProvider time)
    {
        private long sequence;
        private long nowMs;

        public Appended Run(WriteTransaction transaction)
        {
            var refusal = CheckTarget(transaction);
            if (refusal == MessagingRefusal.None)
            {
                refusal = CheckFiles(transaction);
            }

            if (refusal != MessagingRefusal.None)
            {
                return Appended.Refused(refusal);
            }

            nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
            sequence = MemberTable.IsMember(transaction, entry.Conversation, entry.Author)
                ? EntryTable.Append(transaction, entry, nowMs)
                : 0;
            if (sequence == 0)
            {
                return FindStored(transaction);
            }

            transaction.Publish(EntryTable.Topic, entry.Company, EntryTable.Announcement(entry, sequence, nowMs));
            transaction.AfterCommit(Deliver);
            return new Appended(sequence, nowMs, Duplicate: false, MessagingRefusal.None);
        }

        /// <summary>Nothing was stored: it is there already, or its author is no member any more.</summary>
        private Appended FindStored(ReadSession session)
        {
            var stored = EntryTable.Find(session, entry.Origin);
            if (stored.Sequence == 0)
            {
                return Appended.Refused(MessagingRefusal.NotAMember);
            }

            return stored.Conversation == entry.Conversation
                ? new Appended(stored.Sequence, stored.AppendedMs, Duplicate: true, MessagingRefusal.None)
                : Appended.Refused(MessagingRefusal.IdReused);
        }

        private void Deliver() => switchboard.Deliver(entry, sequence, nowMs);

        /// <summary>Edits and recalls change one's own posts; reactions and answers point at a post.</summary>
        private MessagingRefusal CheckTarget(ReadSession session)
        {
            var target = ContentRules.TargetOf(content);
            if (target == 0)
            {
                return MessagingRefusal.None;
            }

            var (kind, author) = EntryTable.Describe(session, entry.Conversation, target);
            if (kind != Content.KindOneofCase.Post)
            {
                return MessagingRefusal.UnknownTarget;
            }

            var mustBeOwn = entry.Kind is Content.KindOneofCase.Edit or Content.KindOneofCase.Recall;
            return mustBeOwn && author != entry.Author ? MessagingRefusal.NotOwnPost : MessagingRefusal.None;
        }

        private MessagingRefusal CheckFiles(ReadSession session)
        {
            if (content.Post is { Attachments.Count: > 0 } post)
            {
                foreach (var attachment in post.Attachments)
                {
                    if (!FileTable.IsComplete(session, entry.Conversation, attachment.FileId.Span))
                    {
                        return MessagingRefusal.UnknownFile;
                    }
                }
            }

            return MessagingRefusal.None;
        }
    }
}
