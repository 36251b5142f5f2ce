namespace Rivet.Storage;

/// <summary>
/// A life of the store. Restoring a backup begins a new one, because what was given out after the backup (sequence numbers
/// above all) may be given out again with another meaning; whoever remembers such a thing compares the incarnation.
/// </summary>
/// <param name="Number">Grows with every restore in this line; the first is 1.</param>
/// <param name="Id">16 random bytes: two restores of one backup are two incarnations.</param>
public sealed record Incarnation(long Number, ReadOnlyMemory<byte> Id)
{
    /// <summary>The incarnation of now.</summary>
    public static Incarnation Current(ReadSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.QueryFirst(
            "SELECT number, id FROM storage_incarnation ORDER BY number DESC LIMIT 1",
            row => new Incarnation(row.GetInt64(0), (byte[])row.GetValue(1)))
            ?? throw new InvalidOperationException("The store has no incarnation.");
    }

    /// <summary>The number of one; null when it is not in this store's line. Empty is the first.</summary>
    public static long? NumberOf(ReadSession session, ReadOnlySpan<byte> id)
    {
        ArgumentNullException.ThrowIfNull(session);
        return id.IsEmpty ? 1 : session.QueryFirst("SELECT number FROM storage_incarnation WHERE id = $1", row => (long?)row.GetInt64(0), id.ToArray());
    }

    /// <summary>
    /// Whether the module sees this incarnation for the first time and it is not the store's first; notes that it has. To be
    /// called at start, in the transaction of what follows from it.
    /// </summary>
    public static bool IsNewTo(WriteTransaction transaction, string owner)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var current = Current(transaction);
        var seen = transaction.QueryFirst("SELECT number FROM storage_incarnation_seen WHERE owner = $1", row => row.GetInt64(0), owner);
        if (seen == current.Number)
        {
            return false;
        }

        transaction.Execute(
            "INSERT INTO storage_incarnation_seen (owner, number) VALUES ($1, $2) ON CONFLICT (owner) DO UPDATE SET number = excluded.number",
            owner, current.Number);
        return current.Number > 1;
    }

    /// <summary>Begins the next one; the first when there is none.</summary>
    internal static void Begin(WriteTransaction transaction, DateTimeOffset now)
        => transaction.Execute(
            "INSERT INTO storage_incarnation (number, id, begun_ms) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM storage_incarnation), $1, $2)",
            System.Security.Cryptography.RandomNumberGenerator.GetBytes(16), now.ToUnixTimeMilliseconds());
}
