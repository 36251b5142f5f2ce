using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.PageSessions;

/// <summary>A page session that may act.</summary>
internal sealed record PageSessionRow(PageSessionId Id, CompanyId Company, PersonId Person, long ExpiresMs)
{
    public Subject Subject => Subject.OfPage(Company, Person, Id);
}

/// <summary>The table of page sessions.</summary>
internal static class PageSessionTable
{
    private const string Alive =
        """
        SELECT session_id, identity_page_session.company, identity_page_session.person, expires_ms
        FROM identity_page_session
        JOIN identity_person ON person_id = identity_page_session.person AND state = $3
        LEFT JOIN identity_device ON device_id = device
        WHERE closed_ms IS NULL AND expires_ms > $2 AND (device IS NULL OR (device_id IS NOT NULL AND signed_out_ms IS NULL))
        """;

    public static PageSessionRow? FindAlive(ReadSession session, PageToken token, long nowMs)
        => session.QueryFirst($"{Alive} AND token_hash = $1", Map, token.Hash(), nowMs, (int)PersonState.Active);

    public static PageSessionRow? FindAlive(ReadSession session, PageSessionId id, long nowMs)
        => session.QueryFirst($"{Alive} AND session_id = $1", Map, id.ToBytes(), nowMs, (int)PersonState.Active);

    public static void Insert(WriteTransaction transaction, PageSessionDraft page, long nowMs)
    {
        // Long-ended sessions are of no use to anybody: what happened is in the audit log.
        transaction.Execute("DELETE FROM identity_page_session WHERE expires_ms < $1", nowMs - (long)TimeSpan.FromDays(30).TotalMilliseconds);
        transaction.Execute(
            """
            INSERT INTO identity_page_session (session_id, token_hash, company, person, device, opened_ms, expires_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            page.Id.ToBytes(), page.Token.Hash(), page.Company.ToBytes(), page.Person.ToBytes(), page.Device.BytesOrNull(), nowMs, page.ExpiresMs);
    }

    public static bool TryClose(WriteTransaction transaction, PageSessionId id, long nowMs)
        => transaction.Execute(
            "UPDATE identity_page_session SET closed_ms = $2 WHERE session_id = $1 AND closed_ms IS NULL", id.ToBytes(), nowMs) == 1;

    /// <summary>The open sessions that a device opened.</summary>
    public static List<PageSessionId> OpenedBy(ReadSession session, DeviceId device)
        => session.Query(
            "SELECT session_id FROM identity_page_session WHERE device = $1 AND closed_ms IS NULL",
            row => row.Id<PageSessionId>(0), device.ToBytes());

    private static PageSessionRow Map(System.Data.Common.DbDataReader row)
        => new(row.Id<PageSessionId>(0), row.Id<CompanyId>(1), row.Id<PersonId>(2), row.GetInt64(3));
}
