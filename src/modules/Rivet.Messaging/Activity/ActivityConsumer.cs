using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>
/// Counts sent messages by company and minute, for the status page, and their bytes, for the quota: behind the sends and many at once,
/// so that no message pays for it.
/// </summary>
internal sealed class ActivityConsumer(PolicyBook policies) : IOutboxConsumer
{
    private const long MinuteMs = 60_000;

    public string Name => "messaging.activity";

    public string Topic => EntryTable.Topic;

    public ValueTask<Action<WriteTransaction>> PrepareAsync(IReadOnlyList<OutboxRow> rows, CancellationToken ct) => new(transaction => Count(transaction, rows));

    private void Count(WriteTransaction transaction, IReadOnlyList<OutboxRow> rows)
    {
        var counts = rows
            .GroupBy(row => (Company: EntityId.Read<CompanyId>(row.Company), Minute: EntryTable.AppendedMs(row.Payload) / MinuteMs))
            .Select(group => (group.Key.Company, group.Key.Minute, Count: group.LongCount()));
        foreach (var (company, minute, count) in counts)
        {
            transaction.Execute(
                """
                INSERT INTO messaging_activity (company, minute, messages) VALUES ($1, $2, $3)
                ON CONFLICT (company, minute) DO UPDATE SET messages = messages + excluded.messages
                """,
                company.ToBytes(), minute, count);
        }

        foreach (var company in rows.GroupBy(row => EntityId.Read<CompanyId>(row.Company)))
        {
            policies.Count(transaction, company.Key, company.Sum(row => (long)EntryTable.SealedBytes(row.Payload)));
        }
    }

    /// <summary>Messages of all companies since a time.</summary>
    public static long CountSince(ReadSession session, DateTimeOffset time)
        => session.QueryFirst(
            "SELECT coalesce(sum(messages), 0) FROM messaging_activity WHERE minute >= $1",
            row => row.GetInt64(0),
            time.ToUnixTimeMilliseconds() / MinuteMs);
}
