using System.Text;
using Google.Protobuf;
using Rivet.Cluster;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Takes the channels and messages of another messenger's archive.</summary>
internal sealed class ImportEndpoints(
    IStore store, GrainFinder<IConversationGrain> grains, ConversationBook book, ConversationReader reader, PolicyBook policies, HeldBack held)
{
    /// <summary>Gives the conversation of a channel; makes it at the first time and changes nothing afterwards.</summary>
    public async ValueTask<Result<ImportConversationResponse, Refusal>> ImportConversationAsync(
        Permit permit, ImportConversationRequest request, CancellationToken ct)
    {
        if (!IsName(request.Source) || !IsName(request.ExternalId) || !ConversationEndpoints.TryReadPeople(request.Members, out var members))
        {
            return MessagingRefusal.Malformed.ToWire("Source, external id or a member's id is malformed.");
        }

        var origin = Origin.OfChannel(permit.Company, request.Source, request.ExternalId);
        var subject = permit.Subject;
        var there = await store.ReadAsync(
            session => ConversationTable.FindImported(session, origin) is { } row
                ? ConversationTable.View(session, row, subject.Person, subject.Device)
                : null,
            ct);
        if (there is not null)
        {
            var opened = await reader.OpenAsync(permit.Company, [there], ct);
            return opened.TryGet(out var conversations, out var why)
                ? new ImportConversationResponse { Conversation = conversations[0], Existed = true }
                : why.ToWire();
        }

        var answer = await book.FoundImportedAsync(subject, request.Title, members, origin, ct);
        return answer.TryGet(out var founded, out var refusal)
            ? new ImportConversationResponse { Conversation = ConversationReader.ToWire(founded.View, founded.Title), Existed = founded.Existed }
            : refusal.ToWire();
    }

    /// <summary>Only a conversation that an import made takes imported entries, so an administrator cannot write history into others.</summary>
    public async ValueTask<Result<ImportEntriesResponse, Refusal>> ImportEntriesAsync(Permit permit, ImportEntriesRequest request, CancellationToken ct)
    {
        if (!EntityId.TryRead<ConversationId>(request.ConversationId.Span, out var conversation))
        {
            return MessagingRefusal.Malformed.ToWire("The conversation's id is malformed.");
        }

        if (request.Entries.Count > Bounds.ImportedEntries || request.CalculateSize() > Bounds.ImportBytes)
        {
            return MessagingRefusal.TooLarge.ToWire("A batch has at most 500 entries and 512 KiB.");
        }

        var row = await store.ReadAsync(session => ConversationTable.Find(session, conversation), ct);
        if (row is null || row.Company != permit.Company)
        {
            return MessagingRefusal.ConversationMissing.ToWire();
        }

        if (row.ImportOrigin is null)
        {
            return MessagingRefusal.NotImported.ToWire();
        }

        // Imports are as fast as they are; what they store counts.
        var policy = await policies.ReadAsync(permit.Company, ct);
        if (policies.IsFull(permit.Company, policy))
        {
            return held.Full(permit.Subject.Person);
        }

        if (policy.Seal.Required && request.Entries.Any(entry => ContentRules.IsInClear(entry.Content.Span)))
        {
            return MessagingRefusal.MustBeSealed.ToWire();
        }

        var command = new ImportCommand(
            permit.Company.Value, permit.Subject.Person.Value, permit.Subject.Via, row.ImportOrigin, request.ToByteArray());
        var counted = await grains.Of(conversation.Value).ImportAsync(command);
        return counted.Refusal == MessagingRefusal.None
            ? new ImportEntriesResponse { Added = (uint)counted.Added, Existed = (uint)counted.Existed }
            : counted.Refusal.ToWire(counted.Detail);
    }

    private static bool IsName(string text) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= Bounds.ExternalIdBytes;
}
