using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>The companies' keys in the store: how each stands, and its versions.</summary>
internal static class CompanyKeyTable
{
    private const int Living = 1;
    private const int Destroyed = 2;
    private const int GoneFromModule = 3;
    private const string Standing = "key_id, version, minimum, state, destroy_ms, withheld_ms, changed_ms, returns_to";

    private const string Version =
        "k.version, k.custody, k.wrapped, k.place, k.state, k.created_ms, k.destroyed_ms, c.key_id, k.company FROM vault_company_key k JOIN vault_company c ON c.company = k.company";

    /// <summary>How a company's key stands; null before its first use.</summary>
    public static CompanyStanding? Find(ReadSession session, CompanyId company)
        => session.QueryFirst($"SELECT {Standing} FROM vault_company WHERE company = $1", row => MapStanding(row), company.ToBytes());

    /// <summary>A version; null when there never was such.</summary>
    public static CompanyKeyRow? FindVersion(ReadSession session, CompanyId company, uint version)
        => session.QueryFirst($"SELECT {Version} WHERE k.company = $1 AND k.version = $2", MapVersion, company.ToBytes(), (long)version);

    /// <summary>Every version there was, oldest first; destroyed ones without their secret.</summary>
    public static List<CompanyKeyRow> Versions(ReadSession session, CompanyId company)
        => session.Query($"SELECT {Version} WHERE k.company = $1 ORDER BY k.version", MapVersion, company.ToBytes());

    /// <summary>A few living versions of any companies.</summary>
    public static List<CompanyKeyRow> Some(ReadSession session, int most)
        => session.Query($"SELECT {Version} WHERE k.state = 1 ORDER BY k.company, k.version LIMIT $1", MapVersion, most);

    /// <summary>The companies whose keys wrap under a customer's key service now.</summary>
    public static List<CompanyId> Outside(ReadSession session)
        => session.Query(
            """
            SELECT c.company FROM vault_company c JOIN vault_company_key k ON k.company = c.company AND k.version = c.version
            WHERE k.custody = $1 AND k.state = 1 AND c.state = 1
            """,
            row => new CompanyId(new((byte[])row.GetValue(0), bigEndian: true)), (int)Custody.External);

    /// <summary>Those whose day has come.</summary>
    public static List<CompanyId> Due(ReadSession session, long nowMs)
        => session.Query(
            "SELECT company FROM vault_company WHERE state = $1 AND destroy_ms <= $2",
            row => new CompanyId(new((byte[])row.GetValue(0), bigEndian: true)), (int)CompanyState.AwaitsDestruction, nowMs);

    public static void Put(WriteTransaction transaction, CompanyId company, CompanyStanding standing)
        => transaction.Execute(
            """
            INSERT INTO vault_company (company, key_id, version, minimum, state, destroy_ms, withheld_ms, changed_ms, returns_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (company) DO UPDATE SET version = $3, minimum = $4, state = $5, destroy_ms = $6, withheld_ms = $7, changed_ms = $8, returns_to = $9
            """,
            company.ToBytes(), Binding.Bytes(standing.KeyId), (long)standing.Version, (long)standing.Minimum, (int)standing.State,
            standing.DestroyMs, standing.WithheldMs, standing.ChangedMs, (int?)standing.ReturnsTo);

    public static void Add(WriteTransaction transaction, CompanyKeyRow row)
        => transaction.Execute(
            "INSERT INTO vault_company_key (company, version, custody, wrapped, place, state, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            row.Company.ToBytes(), (long)row.Version, (int)row.Custody, row.Wrapped, row.Place, Living, row.CreatedMs);

    /// <summary>Overwrites a version, and where its key service is.</summary>
    public static int DestroyVersion(WriteTransaction transaction, CompanyId company, uint version, long nowMs)
        => transaction.Execute(
            """
            UPDATE vault_company_key SET wrapped = zeroblob(length(wrapped)), place = CASE WHEN place IS NULL THEN NULL ELSE zeroblob(length(place)) END, state = $3, destroyed_ms = $4
            WHERE company = $1 AND version = $2 AND state = 1
            """,
            company.ToBytes(), (long)version, Destroyed, nowMs);

    /// <summary>Destroyed versions that a key module may still hold.</summary>
    public static List<CompanyKeyRow> ToClear(ReadSession session)
        => session.Query($"SELECT {Version} WHERE k.state = $1", MapVersion, Destroyed);

    /// <summary>Notes that no module holds a destroyed version any more.</summary>
    public static int Cleared(WriteTransaction transaction, CompanyKeyRow row)
        => transaction.Execute(
            "UPDATE vault_company_key SET state = $3 WHERE company = $1 AND version = $2 AND state = $4", row.Company.ToBytes(), (long)row.Version, GoneFromModule, Destroyed);

    private static CompanyStanding MapStanding(DbDataReader row) => new()
    {
        KeyId = new((byte[])row.GetValue(0), bigEndian: true),
        Version = (uint)row.GetInt64(1),
        Minimum = (uint)row.GetInt64(2),
        State = (CompanyState)row.GetInt32(3),
        DestroyMs = row.IsDBNull(4) ? null : row.GetInt64(4),
        WithheldMs = row.IsDBNull(5) ? null : row.GetInt64(5),
        ChangedMs = row.GetInt64(6),
        ReturnsTo = row.IsDBNull(7) ? null : (CompanyState)row.GetInt32(7),
    };

    private static CompanyKeyRow MapVersion(DbDataReader row) => new()
    {
        Company = new(new((byte[])row.GetValue(8), bigEndian: true)),
        KeyId = new((byte[])row.GetValue(7), bigEndian: true),
        Version = (uint)row.GetInt64(0),
        Custody = (Custody)row.GetInt32(1),
        Wrapped = (byte[])row.GetValue(2),
        Place = row.IsDBNull(3) ? null : (byte[])row.GetValue(3),
        IsLiving = row.GetInt32(4) == Living,
        CreatedMs = row.GetInt64(5),
        DestroyedMs = row.IsDBNull(6) ? null : row.GetInt64(6),
    };
}
