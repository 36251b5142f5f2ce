using System.Text;
using Rivet.Access;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Founds conversations. Whether there is one already is decided inside the transaction, so a race founds one.</summary>
internal sealed class ConversationBook(
    IStore store, IRelations relations, IPeople people, EntrySeal seal, ServerEntries serverEntries, Announcer announcer, PolicyBook policies, TimeProvider time)
{
    /// <summary>The one-to-one conversation of the asker and another person.</summary>
    public async ValueTask<Result<(ConversationView View, string Title, bool Existed), MessagingRefusal>> OpenDirectAsync(
        Subject actor, PersonId other, CancellationToken ct)
    {
        if (other == actor.Person)
        {
            return MessagingRefusal.Malformed;
        }

        if (await people.FindStrangerAsync(actor.Company, [other], ct) != default)
        {
            return MessagingRefusal.UnknownPerson;
        }

        var row = new ConversationRow { Id = EntityId.New<ConversationId>(time), Company = actor.Company, Kind = ConversationKind.Direct };
        var founding = new Founding(actor, row, ConversationTable.PairKey(actor.Company, actor.Person, other), string.Empty, [actor.Person, other], []);
        var policy = await policies.ReadAsync(actor.Company, ct);
        return await store.WriteAsync(transaction => Found(transaction, founding, policy), ct);
    }

    /// <summary>A new group with the asker in it.</summary>
    public ValueTask<Result<(ConversationView View, string Title, bool Existed), MessagingRefusal>> FoundGroupAsync(
        Subject actor, string title, IReadOnlyCollection<PersonId> members, CancellationToken ct)
        => FoundAsync(actor, title, members, importOrigin: null, ct);

    /// <summary>The conversation of an imported channel.</summary>
    public ValueTask<Result<(ConversationView View, string Title, bool Existed), MessagingRefusal>> FoundImportedAsync(
        Subject actor, string title, IReadOnlyCollection<PersonId> members, byte[] importOrigin, CancellationToken ct)
        => FoundAsync(actor, title, members, importOrigin, ct);

    private async ValueTask<Result<(ConversationView View, string Title, bool Existed), MessagingRefusal>> FoundAsync(
        Subject actor, string title, IReadOnlyCollection<PersonId> members, byte[]? importOrigin, CancellationToken ct)
    {
        if (!ContentRules.IsTitle(title) || members.Count > Bounds.Members)
        {
            return MessagingRefusal.Malformed;
        }

        PersonId[] everybody = [.. members.Append(actor.Person).Distinct()];
        if (await people.FindStrangerAsync(actor.Company, everybody, ct) != default)
        {
            return MessagingRefusal.UnknownPerson;
        }

        var id = EntityId.New<ConversationId>(time);
        var sealedTitle = await seal.SealTitleAsync(actor.Company, id, Encoding.UTF8.GetBytes(title), ct);
        if (!sealedTitle.TryGet(out var titleBytes, out var vaultRefusal))
        {
            return EntrySeal.Translate(vaultRefusal);
        }

        // An imported channel tells its own joins; a new one begins with its title and its members.
        List<Content> contents = importOrigin is null ? [ServerEntries.Titled(title), .. everybody.Select(ServerEntries.Joined)] : [];
        var entries = await serverEntries.SealAsync(actor, id, contents, ct);
        if (!entries.TryGet(out var sealedEntries, out var refusal))
        {
            return refusal;
        }

        var row = new ConversationRow
        {
            Id = id, Company = actor.Company, Kind = ConversationKind.Group, SealedTitle = titleBytes, ImportOrigin = importOrigin,
        };
        var policy = await policies.ReadAsync(actor.Company, ct);
        return await store.WriteAsync(transaction => Found(transaction, new(actor, row, null, title, everybody, sealedEntries), policy), ct);
    }

    private Result<(ConversationView View, string Title, bool Existed), MessagingRefusal> Found(WriteTransaction transaction, Founding founding, CompanyPolicy policy)
    {
        var now = time.GetUtcNow();
        var row = founding.Row;
        var (company, person) = (row.Company, founding.Actor.Person);
        var day = UsageTable.DayOf(now);
        if (row.ImportOrigin is null && UsageTable.Find(transaction, company, person, day).Conversations >= policy.ConversationsPerDay)
        {
            // The pair's conversation may be there: finding it founds nothing.
            return founding.PairKey is { } key && ConversationTable.FindPair(transaction, key) is { } known
                ? (ConversationTable.View(transaction, known, person, founding.Actor.Device), founding.Title, true)
                : MessagingRefusal.ConversationsOfToday;
        }

        if (!ConversationTable.Add(transaction, row, founding.PairKey, now.ToUnixTimeMilliseconds()))
        {
            var there = founding.PairKey is { } pair
                ? ConversationTable.FindPair(transaction, pair)
                : ConversationTable.FindImported(transaction, row.ImportOrigin!);
            return (ConversationTable.View(transaction, there!, founding.Actor.Person, founding.Actor.Device), founding.Title, true);
        }

        if (row.ImportOrigin is null)
        {
            UsageTable.Add(transaction, company, person, day, fileBytes: 0, conversations: 1);
        }

        foreach (var member in founding.Members)
        {
            MemberTable.Add(transaction, relations, row, member, joinedSequence: 1, now.ToUnixTimeMilliseconds());
        }

        founding.Entries.ForEach(entry => EntryTable.Append(transaction, entry, now.ToUnixTimeMilliseconds()));
        policies.Count(transaction, company, founding.Entries.Sum(entry => (long)entry.Sealed.Length));
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = now,
            Kind = row.ImportOrigin is null ? MessagingEvents.ConversationCreated : MessagingEvents.ConversationImported,
            Actor = founding.Actor,
            Target = Resource.Of(row.Id, row.Company),
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string> { ["members"] = founding.Members.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        });

        var everybodys = ConversationTable.View(transaction, row, default, default);
        transaction.AfterCommit(() =>
        {
            announcer.Joined(row.Id, founding.Members);
            announcer.Changed(everybodys, founding.Title, [], now.ToUnixTimeMilliseconds(), founding.Actor.Via);
        });
        return (ConversationTable.View(transaction, row, founding.Actor.Person, founding.Actor.Device), founding.Title, false);
    }

    private sealed record Founding(
        Subject Actor, ConversationRow Row, byte[]? PairKey, string Title, PersonId[] Members, List<NewEntry> Entries);
}
