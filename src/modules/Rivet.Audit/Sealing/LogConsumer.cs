using Rivet.Storage;

namespace Rivet.Audit.Sealing;

/// <summary>
/// Brings every security event into its log once, in the order of the outbox, with the checkpoint that seals it, in the
/// transaction that moves the cursor.
/// </summary>
internal sealed class LogConsumer(LogIntake intake) : IOutboxConsumer
{
    public string Name => "audit";

    public string Topic => SecurityEvents.Topic;

    public async ValueTask<Action<WriteTransaction>> PrepareAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct)
        => await intake.PrepareAsync(rows, [], ct) ?? (_ => { });
}
