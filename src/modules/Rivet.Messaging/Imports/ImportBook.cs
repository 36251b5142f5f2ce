using System.Globalization;
using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>
/// Stores imported entries: a batch whole or not at all, each entry once. Entries point at each other by external id;
/// the sequences are put into the contents before sealing, so they are foreseen, and checked inside the transaction.
/// </summary>
internal sealed class ImportBook(IStore store, IPeople people, EntrySeal seal, ConversationReader reader, Announcer announcer, PolicyBook policies, TimeProvider time)
{
    /// <summary>How often a batch is prepared anew because the conversation went on meanwhile.</summary>
    private const int Attempts = 20;

    public async ValueTask<Counted> ImportAsync(ConversationId conversation, ImportCommand command)
    {
        var actor = Subject.OfDevice(new(command.Company), new(command.Person), new(command.Device));
        var request = ImportEntriesRequest.Parser.ParseFrom(command.Request);
        var batch = ImportBatch.TryParse(request, command.ImportOrigin, out var refused);
        if (batch is null)
        {
            return refused;
        }

        var stranger = await people.FindStrangerAsync(actor.Company, batch.Authors(), CancellationToken.None);
        if (stranger != default)
        {
            return Counted.Refused(MessagingRefusal.UnknownPerson, $"Nobody in the company is {stranger}.");
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var plan = await store.ReadAsync(session => batch.Plan(session, conversation), CancellationToken.None);
            if (plan.Refused.Refusal != MessagingRefusal.None || plan.Fresh.Count == 0)
            {
                return plan.Refused with { Existed = batch.Count };
            }

            var sealing = await SealAsync(actor.Company, conversation, plan);
            if (!sealing.TryGet(out var entries, out var refusal))
            {
                return Counted.Refused(refusal);
            }

            var view = await TitleAsync(actor.Company, conversation);
            if (!view.TryGet(out var title, out refusal))
            {
                return Counted.Refused(refusal);
            }

            if (await store.WriteAsync(transaction => Store(transaction, actor, plan, entries, title), CancellationToken.None))
            {
                return new Counted(entries.Count, batch.Count - entries.Count, MessagingRefusal.None, null);
            }
        }

        return Counted.Refused(MessagingRefusal.Busy);
    }

    private async ValueTask<Result<List<NewEntry>, MessagingRefusal>> SealAsync(CompanyId company, ConversationId conversation, ImportPlan plan)
    {
        var contents = plan.Fresh.Select(item => item.Content.ToByteArray()).ToArray();
        var plaintexts = contents.Zip(plan.Fresh, (content, item) => new Plaintext(content, EntrySeal.OfEntry(company, conversation, item.Origin.Bytes)));
        var answer = await seal.SealAsync(company, plaintexts.ToArray(), CancellationToken.None);
        if (!answer.TryGet(out var sealedContents, out var refusal))
        {
            return EntrySeal.Translate(refusal);
        }

        return plan.Fresh.Select((item, index) => new NewEntry
        {
            Company = company,
            Conversation = conversation,
            Origin = item.Origin,
            Kind = item.Content.KindCase,
            Author = item.Author,
            Device = default,
            OwnTimeMs = item.OwnTimeMs,
            Content = contents[index],
            Sealed = sealedContents[index],
        }).ToList();
    }

    private async ValueTask<Result<Conversation, MessagingRefusal>> TitleAsync(CompanyId company, ConversationId conversation)
    {
        var view = await store.ReadAsync(
            session => ConversationTable.Find(session, conversation) is { } row ? ConversationTable.View(session, row, default, default) : null,
            CancellationToken.None);
        if (view is null)
        {
            return MessagingRefusal.ConversationMissing;
        }

        var opened = await reader.OpenAsync(company, [view], CancellationToken.None);
        return opened.TryGet(out var conversations, out var refusal) ? conversations[0] : refusal;
    }

    /// <summary>False when the conversation is no longer as the plan foresaw it: then nothing is stored.</summary>
    private bool Store(WriteTransaction transaction, Subject actor, ImportPlan plan, List<NewEntry> entries, Conversation conversation)
    {
        var id = entries[0].Conversation;
        if (EntryTable.LastSequence(transaction, id) != plan.LastSequence)
        {
            return false;
        }

        var now = time.GetUtcNow();
        var nowMs = now.ToUnixTimeMilliseconds();
        var appended = new List<(NewEntry Entry, long Sequence)>(entries.Count);
        foreach (var entry in entries)
        {
            var sequence = EntryTable.Append(transaction, entry, nowMs);
            if (sequence != plan.LastSequence + appended.Count + 1)
            {
                throw new InvalidOperationException("An imported entry did not take the sequence foreseen for it.");
            }

            appended.Add((entry, sequence));
        }

        policies.Count(transaction, actor.Company, entries.Sum(entry => (long)entry.Sealed.Length));
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = now,
            Kind = MessagingEvents.EntriesImported,
            Actor = actor,
            Target = Resource.Of(id, actor.Company),
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string> { ["entries"] = entries.Count.ToString(CultureInfo.InvariantCulture) },
        });
        var view = ConversationTable.View(transaction, ConversationTable.Find(transaction, id)!, default, default);
        transaction.AfterCommit(() =>
        {
            if (appended.Count <= Bounds.PushedEntries)
            {
                announcer.Appended(appended, nowMs);
            }
            else
            {
                announcer.Changed(view, conversation.Title, appended, nowMs);
            }
        });
        return true;
    }
}
