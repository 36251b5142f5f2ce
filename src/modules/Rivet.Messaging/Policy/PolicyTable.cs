using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Messaging;

internal static class PolicyTable
{
    public static CompanyPolicy Find(ReadSession session, CompanyId company)
        => session.QueryFirst(
            """
            SELECT keep_months, next_keep_months, effective_ms, messages_per_minute, file_mebibytes_per_day, stored_gibibytes, conversations_per_day,
                key_server, key_server_pin, sealing_required, sealing_since_ms
            FROM messaging_policy WHERE company = $1
            """,
            row => new CompanyPolicy
            {
                Kept = new(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2)),
                MessagesPerMinute = row.GetInt32(3),
                FileMebibytesPerDay = row.GetInt32(4),
                StoredGibibytes = row.GetInt32(5),
                ConversationsPerDay = row.GetInt32(6),
                Seal = new CompanySeal
                {
                    KeyServer = row.GetString(7), Pin = Convert.ToHexStringLower((byte[])row.GetValue(8)), Required = row.GetInt64(9) != 0, SinceMs = row.GetInt64(10),
                },
            },
            company.ToBytes()) ?? CompanyPolicy.Default;

    public static void Put(WriteTransaction transaction, CompanyId company, CompanyPolicy policy)
        => transaction.Execute(
            """
            INSERT INTO messaging_policy (company, keep_months, next_keep_months, effective_ms,
                messages_per_minute, file_mebibytes_per_day, stored_gibibytes, conversations_per_day,
                key_server, key_server_pin, sealing_required, sealing_since_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (company) DO UPDATE SET keep_months = excluded.keep_months, next_keep_months = excluded.next_keep_months,
                effective_ms = excluded.effective_ms, messages_per_minute = excluded.messages_per_minute,
                file_mebibytes_per_day = excluded.file_mebibytes_per_day, stored_gibibytes = excluded.stored_gibibytes,
                conversations_per_day = excluded.conversations_per_day,
                key_server = excluded.key_server, key_server_pin = excluded.key_server_pin, sealing_required = excluded.sealing_required,
                sealing_since_ms = excluded.sealing_since_ms
            """,
            company.ToBytes(), (long)policy.Kept.Months, (long)policy.Kept.NextMonths, policy.Kept.EffectiveMs, (long)policy.MessagesPerMinute,
            (long)policy.FileMebibytesPerDay, (long)policy.StoredGibibytes, (long)policy.ConversationsPerDay,
            policy.Seal.KeyServer, Convert.FromHexString(policy.Seal.Pin), policy.Seal.Required ? 1L : 0L, policy.Seal.SinceMs);

    /// <summary>The key servers that companies name, the first first.</summary>
    public static List<string> KeyServers(ReadSession session)
        => session.Query(
            "SELECT key_server FROM messaging_policy WHERE key_server <> '' GROUP BY key_server ORDER BY min(sealing_since_ms), key_server LIMIT 64",
            row => row.GetString(0));

    /// <summary>The companies whose messages end.</summary>
    public static List<CompanyId> Ending(ReadSession session)
        => session.Query(
            "SELECT company FROM messaging_policy WHERE keep_months > 0 OR effective_ms > 0",
            row => EntityId.Read<CompanyId>((byte[])row.GetValue(0)));

    /// <summary>Sealed bytes a company has stored.</summary>
    public static long Stored(ReadSession session, CompanyId company)
        => session.QueryFirst("SELECT bytes FROM messaging_stored WHERE company = $1", row => row.GetInt64(0), company.ToBytes());
}
