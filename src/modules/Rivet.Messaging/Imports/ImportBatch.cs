using Google.Protobuf;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>An imported entry within its bounds; what it points at is still an external id.</summary>
internal sealed record ImportItem(string ExternalId, Origin Origin, PersonId Author, long OwnTimeMs, ByteString Bytes, Origin? Target)
{
    public required string TargetExternalId { get; init; }
}

/// <summary>An entry whose pointer is resolved.</summary>
internal sealed record PlannedItem(Origin Origin, PersonId Author, long OwnTimeMs, Content Content);

/// <summary>What of a batch is new, as the conversation stood when it was planned.</summary>
internal sealed record ImportPlan(long LastSequence, List<PlannedItem> Fresh, Counted Refused);

/// <summary>A batch whose every entry is within its bounds.</summary>
internal sealed class ImportBatch
{
    private readonly List<ImportItem> items;

    private ImportBatch(List<ImportItem> items) => this.items = items;

    public int Count => items.Count;

    /// <summary>Parses a batch; null with a refusal that names the first bad entry.</summary>
    public static ImportBatch? TryParse(ImportEntriesRequest request, byte[] importOrigin, out Counted refused)
    {
        refused = default;
        var items = new List<ImportItem>(request.Entries.Count);
        foreach (var entry in request.Entries)
        {
            var why = ContentRules.TryParseImported(entry.Content.Span, out _);
            if (why == MessagingRefusal.None && !IsWithinBounds(entry))
            {
                why = MessagingRefusal.Malformed;
            }

            if (why != MessagingRefusal.None || !EntityId.TryRead<PersonId>(entry.AuthorPersonId.Span, out var author))
            {
                refused = Counted.Refused(why == MessagingRefusal.None ? MessagingRefusal.Malformed : why, $"Entry {Name(entry.ExternalId)} is damaged or breaks a bound.");
                return null;
            }

            items.Add(new ImportItem(
                entry.ExternalId,
                Origin.OfImport(importOrigin, entry.ExternalId),
                author,
                entry.OwnTimeMs,
                entry.Content,
                entry.TargetExternalId.Length == 0 ? null : Origin.OfImport(importOrigin, entry.TargetExternalId))
            {
                TargetExternalId = entry.TargetExternalId,
            });
        }

        return new ImportBatch(items);
    }

    public IReadOnlyCollection<PersonId> Authors() => items.Select(item => item.Author).ToHashSet();

    /// <summary>Finds what is new, foresees its sequences and resolves what it points at.</summary>
    public ImportPlan Plan(ReadSession session, ConversationId conversation)
    {
        var last = EntryTable.LastSequence(session, conversation);
        var known = new Dictionary<string, long>();
        var fresh = new List<PlannedItem>();
        foreach (var item in items)
        {
            if (Known(session, conversation, known, item.Origin) is not null)
            {
                continue;
            }

            var content = Content.Parser.ParseFrom(item.Bytes);
            if (!TryPoint(content, item.Target is { } target ? Known(session, conversation, known, target) : null, item.Target is not null))
            {
                var detail = $"Entry {Name(item.ExternalId)} points at {Name(item.TargetExternalId)}, which is nowhere in this conversation.";
                return new ImportPlan(last, [], Counted.Refused(MessagingRefusal.UnknownTarget, detail));
            }

            fresh.Add(new PlannedItem(item.Origin, item.Author, item.OwnTimeMs, content));
            known[Key(item.Origin)] = last + fresh.Count;
        }

        return new ImportPlan(last, fresh, default);
    }

    /// <summary>Where an origin is, in the store or earlier in this batch; null when it is nowhere in this conversation.</summary>
    private static long? Known(
        ReadSession session, ConversationId conversation, Dictionary<string, long> known, Origin origin)
    {
        if (known.TryGetValue(Key(origin), out var there))
        {
            return there;
        }

        var stored = EntryTable.Find(session, origin);
        if (stored.Sequence == 0 || stored.Conversation != conversation)
        {
            return null;
        }

        return known[Key(origin)] = stored.Sequence;
    }

    /// <summary>
    /// Writes the sequence pointed at into the content; fields this version does not know stay in it. Other messengers
    /// have answers and reactions to joins too, so any entry may be pointed at.
    /// </summary>
    private static bool TryPoint(Content content, long? target, bool named)
    {
        if (named && target is null)
        {
            return false;
        }

        var sequence = (ulong)(target ?? 0);
        switch (content.KindCase)
        {
            case Content.KindOneofCase.Post:
                content.Post.Thread = sequence;
                return true;
            case Content.KindOneofCase.Edit:
                content.Edit.Target = sequence;
                return named;
            case Content.KindOneofCase.Recall:
                content.Recall.Target = sequence;
                return named;
            case Content.KindOneofCase.Reaction:
                content.Reaction.Target = sequence;
                return named;
            default:
                return !named;
        }
    }

    private static bool IsWithinBounds(ImportedEntry entry)
        => entry.ExternalId.Length is > 0 and <= Bounds.ExternalIdBytes
        && entry.TargetExternalId.Length <= Bounds.ExternalIdBytes
        && entry.OwnTimeMs > 0;

    private static string Key(Origin origin) => Convert.ToBase64String(origin.Bytes);

    /// <summary>An external id in a sentence: shortened, so that hostile input does not fill an answer.</summary>
    private static string Name(string externalId) => externalId.Length <= 64 ? $"'{externalId}'" : $"'{externalId[..64]}…'";
}
