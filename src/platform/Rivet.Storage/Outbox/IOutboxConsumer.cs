namespace Rivet.Storage;

/// <summary>
/// Follows one topic of the outbox. Rows arrive in order, and what they do is done in the transaction that also moves the consumer's cursor, so
/// an effect in the same store happens exactly once; effects elsewhere must be idempotent by the row's position.
/// </summary>
public interface IOutboxConsumer
{
    /// <summary>Stable name of the cursor.</summary>
    string Name { get; }

    /// <summary>The topic followed.</summary>
    string Topic { get; }

    /// <summary>
    /// Prepares what rows do, beside the store's writer: reading, sealing and reckoning belong here. What it gives runs on the writer and only stores. Throwing here
    /// or there undoes everything, and the same rows come again later.
    /// </summary>
    ValueTask<Action<WriteTransaction>> PrepareAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct);
}

/// <summary>An announced fact.</summary>
/// <param name="Position">Place in the outbox; grows.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Company">The company's 16 bytes.</param>
/// <param name="Payload">As published.</param>
public sealed record OutboxRow(long Position, string Topic, byte[] Company, byte[] Payload);
