using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Boards;

/// <summary>The boards as stored.</summary>
internal static class BoardTable
{
    public static (long Version, byte[] Content)? Find(ReadSession session, CompanyId company)
        => session.Query<(long, byte[])?>(
            "SELECT version, content FROM audit_board WHERE company = $1", row => (row.GetInt64(0), (byte[])row.GetValue(1)), company.ToBytes()).FirstOrDefault();

    /// <summary>Puts one in place of the version that was read, null for none; false when another is there now.</summary>
    public static bool Put(WriteTransaction transaction, CompanyId company, long? read, long version, byte[] content)
        => read is { } known
            ? transaction.Execute("UPDATE audit_board SET version = $2, content = $3 WHERE company = $1 AND version = $4", company.ToBytes(), version, content, known) == 1
            : transaction.Execute(
                "INSERT INTO audit_board (company, version, content) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM audit_board WHERE company = $1)",
                company.ToBytes(), version, content) == 1;

    public static bool Remove(WriteTransaction transaction, CompanyId company)
        => transaction.Execute("DELETE FROM audit_board WHERE company = $1", company.ToBytes()) == 1;
}
