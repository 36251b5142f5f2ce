using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Applications;

/// <summary><c>transit_application</c>. A removed one stays, so that the use of its token is recorded in its company's log.</summary>
internal static class ApplicationTable
{
    public static Application? FindByToken(ReadSession session, byte[] tokenHash)
        => session.QueryFirst(
            "SELECT application, company, name, token_hash, grants, created_ms, expires_ms, last_used_ms, removed_ms FROM transit_application WHERE token_hash = $1",
            Map, tokenHash);

    public static Application? Find(ReadSession session, Guid id)
        => session.QueryFirst(
            "SELECT application, company, name, token_hash, grants, created_ms, expires_ms, last_used_ms, removed_ms FROM transit_application WHERE application = $1",
            Map, KeyTable.Bytes(id));

    /// <summary>The living ones of a company, by name.</summary>
    public static List<Application> Of(ReadSession session, CompanyId company)
        => session.Query(
            """
            SELECT application, company, name, token_hash, grants, created_ms, expires_ms, last_used_ms, removed_ms FROM transit_application
            WHERE company = $1 AND removed_ms = 0 ORDER BY name
            """,
            Map, company.ToBytes());

    public static void Add(WriteTransaction transaction, Application application) => transaction.Execute(
        """
        INSERT INTO transit_application (application, company, name, token_hash, grants, created_ms, expires_ms, last_used_ms, removed_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)
        """,
        KeyTable.Bytes(application.Id), application.Company.ToBytes(), application.Name, application.TokenHash, Grant.Write(application.Grants),
        application.CreatedAt.ToUnixTimeMilliseconds(), application.ExpiresAt.ToUnixTimeMilliseconds());

    public static void Touch(WriteTransaction transaction, Guid id, long nowMs)
        => transaction.Execute("UPDATE transit_application SET last_used_ms = max(last_used_ms, $2) WHERE application = $1", KeyTable.Bytes(id), nowMs);

    public static void Remove(WriteTransaction transaction, Guid id, long nowMs)
    {
        transaction.Execute("UPDATE transit_application SET removed_ms = $2 WHERE application = $1", KeyTable.Bytes(id), nowMs);
        WrappingTable.Forget(transaction, id);
    }

    private static Application Map(DbDataReader row) => new()
    {
        Id = new((byte[])row.GetValue(0), bigEndian: true),
        Company = new(new Guid((byte[])row.GetValue(1), bigEndian: true)),
        Name = row.GetString(2),
        TokenHash = (byte[])row.GetValue(3),
        Grants = Grant.Read(row.GetString(4)),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
        LastUsedMs = row.GetInt64(7),
        IsRemoved = row.GetInt64(8) != 0,
    };
}
