using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Mail;

/// <summary>A letter that waits.</summary>
internal sealed record OutgoingRow(Guid Id, CompanyId Company, byte[] Sealed, long MadeMs, int Attempts);

/// <summary>The table of what waits and of what was given up.</summary>
internal static class OutgoingTable
{
    /// <summary>Why a letter was given up that no server refused: nobody sends for this company any more.</summary>
    public const int Removed = 100;

    public static void Insert(WriteTransaction transaction, Guid id, CompanyId company, byte[] sealedLetter, long nowMs)
        => transaction.Execute(
            "INSERT INTO mail_outgoing (mail_id, company, sealed, made_ms, next_ms, attempts) VALUES ($1, $2, $3, $4, $4, 0)",
            id.ToByteArray(bigEndian: true), company.ToBytes(), sealedLetter, nowMs);

    /// <summary>What is due, at most so much of each company: none waits for another's.</summary>
    public static List<OutgoingRow> Due(ReadSession session, long nowMs, int count)
        => session.Query(
            """
            SELECT mail_id, company, sealed, made_ms, attempts FROM (
                SELECT *, row_number() OVER (PARTITION BY company ORDER BY next_ms) AS turn FROM mail_outgoing WHERE failure IS NULL AND next_ms <= $1) AS due
            WHERE turn <= $2 ORDER BY next_ms
            """,
            row => new OutgoingRow(
                new Guid((byte[])row.GetValue(0), bigEndian: true), EntityId.Read<CompanyId>((byte[])row.GetValue(1)), (byte[])row.GetValue(2), row.GetInt64(3), row.GetInt32(4)),
            nowMs, count);

    public static void Delete(WriteTransaction transaction, Guid id)
        => transaction.Execute("DELETE FROM mail_outgoing WHERE mail_id = $1", id.ToByteArray(bigEndian: true));

    public static void TryLater(WriteTransaction transaction, Guid id, long nextMs)
        => transaction.Execute(
            "UPDATE mail_outgoing SET attempts = attempts + 1, next_ms = $1 WHERE mail_id = $2 AND failure IS NULL", nextMs, id.ToByteArray(bigEndian: true));

    /// <summary>Its content goes; that there was one stays.</summary>
    public static void GiveUp(WriteTransaction transaction, Guid id, int failure, long nowMs)
        => transaction.Execute(
            "UPDATE mail_outgoing SET failure = $1, sealed = NULL, next_ms = $2 WHERE mail_id = $3 AND failure IS NULL",
            (long)failure, nowMs, id.ToByteArray(bigEndian: true));

    public static void GiveUpAll(WriteTransaction transaction, CompanyId company, long nowMs)
        => transaction.Execute(
            "UPDATE mail_outgoing SET failure = $1, sealed = NULL, next_ms = $2 WHERE company = $3 AND failure IS NULL", (long)Removed, nowMs, company.ToBytes());

    public static void Forget(WriteTransaction transaction, long untilMs)
        => transaction.Execute("DELETE FROM mail_outgoing WHERE failure IS NOT NULL AND next_ms <= $1", untilMs);

    public static bool AnyToForget(ReadSession session, long untilMs)
        => session.QueryFirst("SELECT EXISTS (SELECT 1 FROM mail_outgoing WHERE failure IS NOT NULL AND next_ms <= $1)", row => row.GetBoolean(0), untilMs);

    public static (long Waiting, long GivenUp) Count(ReadSession session)
        => session.QueryFirst("SELECT count(*) FILTER (WHERE failure IS NULL), count(failure) FROM mail_outgoing", row => (row.GetInt64(0), row.GetInt64(1)));
}
