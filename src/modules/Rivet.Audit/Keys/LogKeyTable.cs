using System.Text;
using Rivet.Audit.Entries;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Keys;

/// <summary>What was said of a log's keys, as stored.</summary>
internal static class LogKeyTable
{
    public static int CountOf(ReadSession session, CompanyId log)
        => (int)session.QueryFirst("SELECT count(*) FROM audit_key_statement WHERE company = $1", row => row.GetInt64(0), log.ToBytes());

    /// <summary>All statements of a log, oldest first.</summary>
    /// <exception cref="LogUnavailableException">One was changed into something that is none.</exception>
    public static SignedNote[] Of(ReadSession session, CompanyId log)
        => [.. session.Query("SELECT note FROM audit_key_statement WHERE company = $1 ORDER BY number", row => row.GetValue(0) as string, log.ToBytes())
            .Select(text => SignedNote.TryParse(Encoding.UTF8.GetBytes(text ?? ""), out var note) ? note
                : throw new LogUnavailableException("A statement about the log's key is damaged. Restore the store from a backup."))];

    /// <summary>Adds a statement as the one behind so many; false when others came meanwhile, and then nothing is stored.</summary>
    public static bool Add(WriteTransaction transaction, CompanyId log, int behind, SignedNote note)
        => CountOf(transaction, log) == behind
            && transaction.Execute("INSERT INTO audit_key_statement (company, number, note) VALUES ($1, $2, $3)", log.ToBytes(), (long)behind + 1, note.ToString()) == 1;
}
