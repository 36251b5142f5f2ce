using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Messaging;

/// <summary>Counts what a shorter time would destroy once it holds. Reads page by page, and gives what it has after <see cref="Patience"/>.</summary>
internal sealed class DestructionCount(IStore store, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private const int Page = 4_000;

    public async ValueTask<Destruction> CountAsync(CompanyId company, int months, CancellationToken ct)
    {
        if (KeptTime.FirstKept(months, time.GetUtcNow() + KeptTime.Wait) is not { } kept)
        {
            return new Destruction();
        }

        var (begun, before) = (time.GetTimestamp(), KeptTime.BeginMs(kept));
        var found = new Destruction { Files = (ulong)await store.ReadAsync(session => CountFiles(session, company, before), ct) };
        for (var page = new Counted(0, 0, false); !page.IsLast;)
        {
            if (time.GetElapsedTime(begun) > Patience)
            {
                found.AtLeast = true;
                break;
            }

            var after = page.Arrival;
            page = await store.ReadAsync(session => CountEntries(session, company, before, after), ct);
            found.Messages += (ulong)page.Entries;
        }

        return found;
    }

    private static long CountFiles(ReadSession session, CompanyId company, long before)
        => session.QueryFirst(
            """
            SELECT count(*) FROM messaging_file f JOIN messaging_conversation c ON c.conversation_id = f.conversation_id
            WHERE f.begun_ms < $2 AND NOT (f.complete = 1 AND f.chunks = 0) AND c.company = $1
            """,
            row => row.GetInt64(0),
            company.ToBytes(), before);

    private static Counted CountEntries(ReadSession session, CompanyId company, long before, long after)
        => session.QueryFirst(
            """
            SELECT coalesce(max(e.arrival), $3), coalesce(sum(c.company = $1 AND e.appended_ms < $2 AND length(e.sealed) > 0), 0),
                count(*) < $4 OR max(e.appended_ms) >= $2
            FROM (SELECT arrival, conversation_id, appended_ms, sealed FROM messaging_entry WHERE arrival > $3 ORDER BY arrival LIMIT $4) e
            JOIN messaging_conversation c ON c.conversation_id = e.conversation_id
            """,
            row => new Counted(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2) != 0),
            company.ToBytes(), before, after, (long)Page);

    private readonly record struct Counted(long Arrival, long Entries, bool IsLast);
}
