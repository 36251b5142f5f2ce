using System.Text;
using Rivet.Storage;

namespace Rivet.Messaging.Tests;

/// <summary>Notes security events, where the audit log would keep them.</summary>
internal sealed class EventNotes(TestState state) : IOutboxConsumer
{
    public string Name => "test.events";

    public string Topic => SecurityEvents.Topic;

    public void Handle(WriteTransaction transaction, IReadOnlyList<OutboxRow> rows)
    {
        var texts = rows.Select(row => Encoding.UTF8.GetString(row.Payload)).ToList();
        transaction.AfterCommit(() => texts.ForEach(text => state.Events.Writer.TryWrite(text)));
    }
}
