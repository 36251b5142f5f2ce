using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Messaging;

/// <summary>A month whose key was destroyed, and how far its rows are emptied.</summary>
internal sealed record DestroyedMonth(KeyPeriod Month, bool IsDone, long Arrival, long Entries, long Files);

internal static class RetentionTable
{
    private const int Emptying = 1;
    private const int Done = 2;

    /// <summary>The newest destroyed month; null when none was.</summary>
    public static KeyPeriod? Last(ReadSession session, CompanyId company)
        => session.QueryFirst(
            "SELECT max(month) FROM messaging_retention WHERE company = $1",
            row => row.IsDBNull(0) ? default(KeyPeriod?) : new KeyPeriod(row.GetInt32(0)),
            company.ToBytes());

    /// <summary>Unix milliseconds: what was taken in before was destroyed; 0 when nothing was.</summary>
    public static long KeptSinceMs(ReadSession session, CompanyId company)
        => Last(session, company) is { } last ? KeptTime.BeginMs(new(last.Month + 1)) : 0;

    /// <summary>The months still to be emptied, oldest first.</summary>
    public static List<(CompanyId Company, KeyPeriod Month)> Unfinished(ReadSession session)
        => session.Query(
            "SELECT company, month FROM messaging_retention WHERE state = 1 ORDER BY company, month",
            row => (EntityId.Read<CompanyId>((byte[])row.GetValue(0)), new KeyPeriod(row.GetInt32(1))));

    public static DestroyedMonth? Find(ReadSession session, CompanyId company, KeyPeriod month)
        => session.QueryFirst(
            "SELECT state, arrival, entries, files FROM messaging_retention WHERE company = $1 AND month = $2",
            row => new DestroyedMonth(month, row.GetInt32(0) == Done, row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            company.ToBytes(), (long)month.Month);

    /// <summary>Notes that a month's key is destroyed. Its rows are looked for where the month before it ended.</summary>
    public static int Begin(WriteTransaction transaction, CompanyId company, KeyPeriod month)
        => transaction.Execute(
            """
            INSERT INTO messaging_retention (company, month, state, arrival, entries, files)
            VALUES ($1, $2, $3, (SELECT coalesce(max(arrival), 0) FROM messaging_retention WHERE company = $1 AND month < $2), 0, 0)
            ON CONFLICT DO NOTHING
            """,
            company.ToBytes(), (long)month.Month, (long)Emptying);

    public static void Keep(WriteTransaction transaction, CompanyId company, DestroyedMonth month)
        => transaction.Execute(
            "UPDATE messaging_retention SET state = $3, arrival = $4, entries = $5, files = $6 WHERE company = $1 AND month = $2",
            company.ToBytes(), (long)month.Month.Month, (long)(month.IsDone ? Done : Emptying), month.Arrival, month.Entries, month.Files);

    /// <summary>The month before a company's first conversation; null when it has none. What is stored in a month's first moment may be sealed in the last of the one before.</summary>
    public static KeyPeriod? First(ReadSession session, CompanyId company)
        => session.QueryFirst(
            "SELECT min(created_ms) FROM messaging_conversation WHERE company = $1",
            row => row.IsDBNull(0) ? default(KeyPeriod?) : new KeyPeriod(KeyPeriod.Of(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0))).Month - 1),
            company.ToBytes());
}
