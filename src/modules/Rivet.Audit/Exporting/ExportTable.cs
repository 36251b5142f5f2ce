using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Exporting;

/// <summary>A destination as stored, and how long its log is by now.</summary>
internal sealed record ExportRow(
    Guid Id, CompanyId Company, string Name, ExportKind Kind, byte[] Settings, long Next, long? Until, long Sent, long? FailingSinceMs, ExportStep Failure, int Status, long AddedMs, long Size)
{
    public long Behind => Math.Max(0, Size - Next);
}

/// <summary>The table of exports.</summary>
internal static class ExportTable
{
    public const int MostOfACompany = 8;

    public static List<ExportRow> OfCompany(ReadSession session, CompanyId company)
        => session.Query(
            """
            SELECT export_id, e.company, name, kind, settings, next_index, until_index, sent, failing_since_ms, failure, status, added_ms, coalesce(l.size, 0)
            FROM audit_export e LEFT JOIN audit_log l ON l.company = e.company WHERE e.company = $1 ORDER BY name
            """,
            Read, company.ToBytes());

    public static List<ExportRow> All(ReadSession session)
        => session.Query(
            """
            SELECT export_id, e.company, name, kind, settings, next_index, until_index, sent, failing_since_ms, failure, status, added_ms, coalesce(l.size, 0)
            FROM audit_export e LEFT JOIN audit_log l ON l.company = e.company ORDER BY e.company, name
            """,
            Read);

    /// <summary>Those whose log has what they did not look at yet. With a log that has ended its destinations are gone too: their settings were under its company's key.</summary>
    public static List<ExportRow> Behind(ReadSession session)
        => session.Query(
            """
            SELECT export_id, e.company, name, kind, settings, next_index, until_index, sent, failing_since_ms, failure, status, added_ms, l.size
            FROM audit_export e JOIN audit_log l ON l.company = e.company WHERE e.next_index < l.size
              AND NOT EXISTS (SELECT 1 FROM audit_standing s WHERE s.company = e.company AND s.has_ended = 1)
            """,
            Read);

    public static ExportRow? Find(ReadSession session, CompanyId company, string name)
        => session.QueryFirst(
            """
            SELECT export_id, e.company, name, kind, settings, next_index, until_index, sent, failing_since_ms, failure, status, added_ms, coalesce(l.size, 0)
            FROM audit_export e LEFT JOIN audit_log l ON l.company = e.company WHERE e.company = $1 AND name = $2
            """,
            Read, company.ToBytes(), name);

    public static void Insert(WriteTransaction transaction, ExportRow row)
        => transaction.Execute(
            "INSERT INTO audit_export (export_id, company, name, kind, settings, next_index, sent, added_ms) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
            Bytes(row.Id), row.Company.ToBytes(), row.Name, (long)row.Kind, row.Settings, row.Next, row.AddedMs);

    public static bool Delete(WriteTransaction transaction, Guid id) => transaction.Execute("DELETE FROM audit_export WHERE export_id = $1", Bytes(id)) > 0;

    /// <summary>Moves a cursor over what was taken; false when it is not where it was, or gone.</summary>
    public static bool Move(WriteTransaction transaction, ExportRow row, long to, long sent)
        => transaction.Execute(
            """
            UPDATE audit_export SET next_index = $1, until_index = NULL, again_index = $2, sent = sent + $3, failing_since_ms = NULL, failure = NULL, status = NULL
            WHERE export_id = $4 AND next_index = $5
            """,
            to, row.Kind is ExportKind.Syslog ? row.Next : null, sent, Bytes(row.Id), row.Next) > 0;

    /// <summary>Keeps that a batch was not taken, and which it is.</summary>
    public static void Stop(WriteTransaction transaction, ExportRow row, long? until, ExportOutcome outcome, long nowMs)
    {
        transaction.Execute(
            """
            UPDATE audit_export SET until_index = coalesce($1, until_index), failing_since_ms = coalesce(failing_since_ms, $2), failure = $3, status = $4
            WHERE export_id = $5 AND next_index = $6
            """,
            until, nowMs, (long)outcome.Step, (long)outcome.Status, Bytes(row.Id), row.Next);
        if (outcome.IsReceivers)
        {
            transaction.Execute(
                "UPDATE audit_export SET next_index = again_index, until_index = NULL, again_index = NULL WHERE export_id = $1 AND next_index = $2 AND again_index IS NOT NULL",
                Bytes(row.Id), row.Next);
        }
    }

    private static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    private static ExportRow Read(DbDataReader row) => new(
        new Guid((byte[])row.GetValue(0), bigEndian: true), EntityId.Read<CompanyId>((byte[])row.GetValue(1)), row.GetString(2), (ExportKind)row.GetInt32(3), (byte[])row.GetValue(4),
        row.GetInt64(5), row.IsDBNull(6) ? null : row.GetInt64(6), row.GetInt64(7), row.IsDBNull(8) ? null : row.GetInt64(8),
        row.IsDBNull(9) ? ExportStep.Sent : (ExportStep)row.GetInt32(9), row.IsDBNull(10) ? 0 : row.GetInt32(10), row.GetInt64(11), row.GetInt64(12));
}
