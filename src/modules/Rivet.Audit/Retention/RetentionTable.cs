using Rivet.Audit.Witnessing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Audit.Retention;

/// <summary>What is decided, what there is under each key, and how far a log is counted.</summary>
internal static class RetentionTable
{
    /// <summary>What is decided, by class; what nobody can have decided here keeps for ever.</summary>
    public static Dictionary<int, KeptMonths> Kept(ReadSession session, CompanyId company)
        => session.Query(
            "SELECT class, months, next_months, effective_ms FROM audit_retention WHERE company = $1",
            row => (Class: row.GetInt32(0), Kept: new KeptMonths(row.GetInt32(1), row.GetInt32(2), row.GetInt64(3))),
            company.ToBytes())
            .Where(row => RetentionClasses.Allows(row.Class, row.Kept.Months) && RetentionClasses.Allows(row.Class, row.Kept.NextMonths) && IsTime(row.Kept.EffectiveMs))
            .ToDictionary(row => row.Class, row => row.Kept);

    public static void Put(WriteTransaction transaction, CompanyId company, int ocsfClass, KeptMonths kept)
        => transaction.Execute(
            """
            INSERT INTO audit_retention (company, class, months, next_months, effective_ms) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (company, class) DO UPDATE
            SET months = excluded.months, next_months = excluded.next_months, effective_ms = excluded.effective_ms
            """,
            company.ToBytes(), (long)ocsfClass, (long)kept.Months, (long)kept.NextMonths, kept.EffectiveMs);

    /// <summary>The months of a log, oldest first. A row whose month is none is passed over: without a period a key is of all months.</summary>
    public static List<ClassMonth> Months(ReadSession session, CompanyId company)
        => session.Query(
            """
            SELECT class, month, entries, seen_ms, destroyed FROM audit_month
            WHERE company = $1 AND month >= $2 AND month < $3 AND seen_ms >= 0 AND seen_ms < $4 ORDER BY month, class
            """,
            row => new ClassMonth(row.GetInt32(0), new KeyPeriod(row.GetInt32(1)), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            company.ToBytes(), (long)KeyPeriod.Of(DateTimeOffset.UnixEpoch).Month,
            (long)KeyPeriod.Of(DateTimeOffset.FromUnixTimeMilliseconds(ClassMonth.EndOfTimeMs)).Month, ClassMonth.EndOfTimeMs);

    public static void Count(WriteTransaction transaction, CompanyId company, ClassMonth more)
        => transaction.Execute(
            """
            INSERT INTO audit_month (company, class, month, entries, seen_ms, destroyed) VALUES ($1, $2, $3, $4, $5, 0)
            ON CONFLICT (company, class, month) DO UPDATE
            SET entries = entries + excluded.entries, seen_ms = max(seen_ms, excluded.seen_ms)
            """,
            company.ToBytes(), (long)more.Class, (long)more.Month.Month, more.Entries, more.SeenMs);

    /// <summary>Notes that a month's key is destroyed; false when somebody noted it, or counted more, meanwhile.</summary>
    public static bool End(WriteTransaction transaction, CompanyId company, ClassMonth month)
        => transaction.Execute(
            """
            UPDATE audit_month SET entries = 0, destroyed = destroyed + entries
            WHERE company = $1 AND class = $2 AND month = $3 AND entries = $4 AND entries > 0
            """,
            company.ToBytes(), (long)month.Class, (long)month.Month.Month, month.Entries) == 1;

    public static Keeping Find(ReadSession session, CompanyId company)
        => session.QueryFirst(
            "SELECT next_index, newest_ms, clock_ms, doubt_ms, doubt_seen_ms FROM audit_keeping WHERE company = $1",
            row => new Keeping(row.GetInt64(0), row.GetInt64(1), ClockOf(row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))),
            company.ToBytes()) ?? new Keeping(0, 0, default);

    public static void Put(WriteTransaction transaction, CompanyId company, Keeping keeping)
        => transaction.Execute(
            """
            INSERT INTO audit_keeping (company, next_index, newest_ms, clock_ms, doubt_ms, doubt_seen_ms) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (company) DO UPDATE SET next_index = excluded.next_index, newest_ms = excluded.newest_ms,
                clock_ms = excluded.clock_ms, doubt_ms = excluded.doubt_ms, doubt_seen_ms = excluded.doubt_seen_ms
            """,
            company.ToBytes(), keeping.NextIndex, keeping.NewestMs, keeping.Clock.SeenMs, keeping.Clock.DoubtMs, keeping.Clock.DoubtSeenMs);

    /// <summary>Times that are none are as if the clock had never been looked at.</summary>
    private static ClockState ClockOf(long seen, long doubt, long doubtSeen) => IsTime(seen) && IsTime(doubt) && IsTime(doubtSeen) ? new(seen, doubt, doubtSeen) : default;

    private static bool IsTime(long ms) => ms >= 0 && ms < ClassMonth.EndOfTimeMs;

    public static WitnessedTime Witnessed(ReadSession session, CompanyId company)
    {
        var witnesses = WitnessTable.Of(session, company);
        return new(
            witnesses.Select(witness => witness.CosignedMs ?? 0).Append(0).Max(),
            witnesses.Select(witness => -witness.ClockOffMs).Append(0).Max());
    }
}

/// <summary>How far a log is counted, and its clock.</summary>
/// <param name="NextIndex">The first entry that is not counted.</param>
/// <param name="NewestMs">The newest time of those before.</param>
/// <param name="Clock">Whether the clock is believed.</param>
internal sealed record Keeping(long NextIndex, long NewestMs, ClockState Clock);
