using System.Globalization;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Messaging;

/// <summary>
/// Takes the ciphertext of a destroyed month out of the store, step by step: each step is one short transaction, so that no send waits
/// long, and keeps how far it came, so that a killed process goes on there.
/// </summary>
/// <remarks>
/// What does not fit into a page of the store is overwritten in one step and freed in the next: SQLite does not write a page again that it
/// frees, so that its old bytes would stay until the page is used anew.
/// </remarks>
internal sealed class MonthEmptying(IStore store, PolicyBook book, TimeProvider time)
{
    /// <summary>Entries looked at in a step.</summary>
    private const int EntriesAtOnce = 256;

    /// <summary>Longer ciphertexts may spill over their row's page of 4 KiB.</summary>
    private const int PageBytes = 3_500;

    /// <summary>Chunks of 256 KiB deleted in a step.</summary>
    private const int ChunksAtOnce = 16;

    public async Task EmptyAsync(CompanyId company, KeyPeriod month, CancellationToken ct)
    {
        while (await store.WriteAsync(transaction => Step(transaction, company, month), ct))
        {
        }
    }

    /// <summary>False when nothing is left to do.</summary>
    internal bool Step(WriteTransaction transaction, CompanyId company, KeyPeriod month)
    {
        if (RetentionTable.Find(transaction, company, month) is not { IsDone: false } at)
        {
            return false;
        }

        var end = KeptTime.BeginMs(new(month.Month + 1));
        if (EmptyEntries(transaction, company, at, end) is { } further)
        {
            RetentionTable.Keep(transaction, company, further);
            return true;
        }

        if (DeleteChunks(transaction, company, end) is { } ended)
        {
            RetentionTable.Keep(transaction, company, at with { Files = at.Files + ended });
            return true;
        }

        RetentionTable.Keep(transaction, company, at with { IsDone = true });
        Record(transaction, company, at);
        transaction.ForgetOverwritten();
        return false;
    }

    /// <summary>
    /// Empties the next entries up to the month's end; null when there are none. A row that a clock set back put behind the end is found
    /// with the next month.
    /// </summary>
    private DestroyedMonth? EmptyEntries(WriteTransaction transaction, CompanyId company, DestroyedMonth at, long end)
    {
        var rows = transaction.Query(
            """
            SELECT e.arrival, e.appended_ms, length(e.sealed), c.company = $1, substr(e.sealed, 1, 1) = x'00'
            FROM messaging_entry e JOIN messaging_conversation c ON c.conversation_id = e.conversation_id
            WHERE e.arrival > $2 ORDER BY e.arrival LIMIT $3
            """,
            row => (Arrival: row.GetInt64(0), AppendedMs: row.GetInt64(1), Bytes: row.GetInt64(2), IsOwn: row.GetInt64(3) != 0, IsZero: row.GetInt64(4) != 0),
            company.ToBytes(), at.Arrival, (long)EntriesAtOnce);
        var past = rows.FindIndex(row => row.AppendedMs >= end);
        var within = past < 0 ? rows : rows[..past];
        if (within.Count == 0)
        {
            return null;
        }

        var own = within.FindAll(row => row.IsOwn && row.Bytes > 0);
        var spilt = own.FindAll(row => row.Bytes > PageBytes && !row.IsZero);
        if (spilt.Count > 0)
        {
            spilt.ForEach(row => transaction.Execute("UPDATE messaging_entry SET sealed = zeroblob(length(sealed)) WHERE arrival = $1", row.Arrival));
            return at;
        }

        own.ForEach(row => transaction.Execute("UPDATE messaging_entry SET sealed = x'' WHERE arrival = $1", row.Arrival));
        book.Count(transaction, company, -own.Sum(row => row.Bytes));
        return at with { Arrival = within[^1].Arrival, Entries = at.Entries + own.Count };
    }

    /// <summary>Deletes the next chunks of a file begun before the month's end; gives how many files have none left, null when there is no such file.</summary>
    private int? DeleteChunks(WriteTransaction transaction, CompanyId company, long end)
    {
        var file = transaction.QueryFirst(
            """
            SELECT f.file_id FROM messaging_file f JOIN messaging_conversation c ON c.conversation_id = f.conversation_id
            WHERE f.begun_ms < $2 AND NOT (f.complete = 1 AND f.chunks = 0) AND c.company = $1 LIMIT 1
            """,
            row => (byte[])row.GetValue(0),
            company.ToBytes(), end);
        if (file is null)
        {
            return null;
        }

        var chunks = transaction.Query(
            "SELECT position, length(sealed), substr(sealed, 1, 1) = x'00' FROM messaging_file_chunk WHERE file_id = $1 ORDER BY position LIMIT $2",
            row => (Position: row.GetInt64(0), Bytes: row.GetInt64(1), IsZero: row.GetInt64(2) != 0),
            file, (long)ChunksAtOnce);
        if (chunks.Exists(chunk => !chunk.IsZero))
        {
            chunks.ForEach(chunk => transaction.Execute(
                "UPDATE messaging_file_chunk SET sealed = zeroblob(length(sealed)) WHERE file_id = $1 AND position = $2", file, chunk.Position));
            return 0;
        }

        chunks.ForEach(chunk => transaction.Execute("DELETE FROM messaging_file_chunk WHERE file_id = $1 AND position = $2", file, chunk.Position));
        book.Count(transaction, company, -chunks.Sum(chunk => chunk.Bytes));
        if (chunks.Count == ChunksAtOnce)
        {
            return 0;
        }

        FileTable.End(transaction, file);
        return 1;
    }

    private void Record(WriteTransaction transaction, CompanyId company, DestroyedMonth month)
        => transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = MessagingEvents.MonthDestroyed,
            Actor = Subject.OfSystem(company),
            Target = Resource.Of(company),
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string>
            {
                ["month"] = DateTimeOffset.FromUnixTimeMilliseconds(KeptTime.BeginMs(month.Month)).ToString("yyyy-MM", CultureInfo.InvariantCulture),
                ["entries"] = month.Entries.ToString(CultureInfo.InvariantCulture),
                ["files"] = month.Files.ToString(CultureInfo.InvariantCulture),
            },
        });
}
