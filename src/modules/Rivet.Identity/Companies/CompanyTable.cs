using Rivet.Identity.Sealing;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.Companies;

/// <summary>A company as stored.</summary>
internal sealed record CompanyRow
{
    public required CompanyId Id { get; init; }

    public required byte[] Name { get; init; }

    public required byte[] IndexKey { get; init; }

    public required string Language { get; init; }

    public Sealed SealedName => new(Slot.CompanyName(Id), Name);
}

/// <summary>The table of companies.</summary>
internal static class CompanyTable
{
    public static void Insert(WriteTransaction transaction, CompanyRow company, long nowMs)
        => transaction.Execute(
            "INSERT INTO identity_company (company_id, name, index_key, founded_ms, language) VALUES ($1, $2, $3, $4, $5)",
            company.Id.ToBytes(), company.Name, company.IndexKey, nowMs, company.Language);

    public static bool Any(ReadSession session)
        => session.QueryFirst("SELECT EXISTS (SELECT 1 FROM identity_company)", row => row.GetBoolean(0));

    /// <summary>The companies of this server, at most two: today there is one, and whoever asks must notice when there are more.</summary>
    public static List<CompanyId> Some(ReadSession session)
        => session.Query("SELECT company_id FROM identity_company LIMIT 2", row => row.Id<CompanyId>(0));

    public static byte[]? FindIndexKey(ReadSession session, CompanyId company)
        => session.QueryFirst("SELECT index_key FROM identity_company WHERE company_id = $1", row => row.Bytes(0), company.ToBytes());

    public static string? FindLanguage(ReadSession session, CompanyId company)
        => session.QueryFirst("SELECT language FROM identity_company WHERE company_id = $1", row => row.GetString(0), company.ToBytes());

    /// <summary>The language of the house: that of its company, as long as there is one.</summary>
    public static string? FindHouseLanguage(ReadSession session)
        => session.QueryFirst("SELECT language FROM identity_company ORDER BY founded_ms LIMIT 1", row => row.GetString(0));

    public static void Change(WriteTransaction transaction, CompanyId company, byte[] name, string language)
        => transaction.Execute("UPDATE identity_company SET name = $1, language = $2 WHERE company_id = $3", name, language, company.ToBytes());

    public static byte[]? FindName(ReadSession session, CompanyId company)
        => session.QueryFirst("SELECT name FROM identity_company WHERE company_id = $1", row => row.Bytes(0), company.ToBytes());
}
