using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>What people used up of a day, counted in the transaction of what they did. Days are UTC.</summary>
internal static class UsageTable
{
    private const long DayMs = 86_400_000;

    public static long DayOf(DateTimeOffset now) => now.ToUnixTimeMilliseconds() / DayMs;

    /// <summary>How long until the next day.</summary>
    public static TimeSpan UntilTomorrow(DateTimeOffset now) => TimeSpan.FromMilliseconds(DayMs - (now.ToUnixTimeMilliseconds() % DayMs));

    public static (long FileBytes, long Conversations) Find(ReadSession session, CompanyId company, PersonId person, long day)
        => session.QueryFirst(
            "SELECT file_bytes, conversations FROM messaging_usage WHERE company = $1 AND person = $2 AND day = $3",
            row => (row.GetInt64(0), row.GetInt64(1)),
            company.ToBytes(), person.ToBytes(), day);

    /// <summary>Counts; the person's former days go.</summary>
    public static void Add(WriteTransaction transaction, CompanyId company, PersonId person, long day, long fileBytes, long conversations)
    {
        var isFirst = Find(transaction, company, person, day) == default;
        transaction.Execute(
            """
            INSERT INTO messaging_usage (company, person, day, file_bytes, conversations) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (company, person, day) DO UPDATE SET file_bytes = file_bytes + $4, conversations = conversations + $5
            """,
            company.ToBytes(), person.ToBytes(), day, fileBytes, conversations);
        if (isFirst)
        {
            transaction.Execute("DELETE FROM messaging_usage WHERE company = $1 AND person = $2 AND day < $3", company.ToBytes(), person.ToBytes(), day);
        }
    }
}
