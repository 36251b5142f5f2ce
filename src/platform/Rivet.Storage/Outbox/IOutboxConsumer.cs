namespace Rivet.Storage;

/// <summary>
/// Follows one topic of the outbox. Rows arrive in order, in the transaction that also moves the consumer's cursor, so
/// an effect in the same store happens exactly once; effects elsewhere must be idempotent by the row's position.
/// </summary>
public interface IOutboxConsumer
{
    /// <summary>Stable name of the cursor.</summary>
    string Name { get; }

    /// <summary>The topic followed.</summary>
    string Topic { get; }

    /// <summary>Handles rows; throwing undoes everything and tries again later.</summary>
    void Handle(WriteTransaction transaction, IReadOnlyList<OutboxRow> rows);
}

/// <summary>An announced fact.</summary>
/// <param name="Position">Place in the outbox; grows.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Company">The company's 16 bytes.</param>
/// <param name="Payload">As published.</param>
public sealed record OutboxRow(long Position, string Topic, byte[] Company, byte[] Payload);
