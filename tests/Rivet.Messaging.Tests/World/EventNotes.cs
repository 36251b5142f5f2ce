using System.Text.Json;
using Rivet.Storage;

namespace Rivet.Messaging.Tests;

/// <summary>Notes security events, where the audit log would keep them.</summary>
internal sealed class EventNotes(TestState state) : IOutboxConsumer
{
    public string Name => "test.events";

    public string Topic => SecurityEvents.Topic;

    public ValueTask<Action<WriteTransaction>> PrepareAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct)
    {
        var texts = rows.Select(SecurityEvents.Read).Select(fact => $"{fact.Kind} {JsonSerializer.Serialize(fact.Details)}").ToList();
        return new(transaction => transaction.AfterCommit(() => texts.ForEach(text => state.Events.Writer.TryWrite(text))));
    }
}
