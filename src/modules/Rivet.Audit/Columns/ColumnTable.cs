using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Columns;

/// <summary>The columns as stored.</summary>
internal static class ColumnTable
{
    /// <summary>The segments whose columns are stored.</summary>
    public static HashSet<long> Segments(ReadSession session, CompanyId company)
        => [.. session.Query("SELECT segment FROM audit_segment WHERE company = $1", row => row.GetInt64(0), company.ToBytes())];

    /// <summary>One part of every block of a segment.</summary>
    public static List<StoredColumn> Read(ReadSession session, CompanyId company, long segment, ColumnPart part)
        => session.Query(
            "SELECT class, month, content FROM audit_column WHERE company = $1 AND segment = $2 AND part = $3 ORDER BY class, month",
            row => new StoredColumn(segment, part, row.GetInt32(0), row.GetInt32(1), (byte[])row.GetValue(2)),
            company.ToBytes(), segment, (long)part);

    /// <summary>Marks a segment as stored; false when it was.</summary>
    public static bool Begin(WriteTransaction transaction, CompanyId company, long segment)
        => transaction.Execute("INSERT INTO audit_segment (company, segment) VALUES ($1, $2) ON CONFLICT (company, segment) DO NOTHING", company.ToBytes(), segment) == 1;

    public static void Put(WriteTransaction transaction, CompanyId company, IReadOnlyList<StoredColumn> columns)
    {
        foreach (var column in columns)
        {
            transaction.Execute(
                """
                INSERT INTO audit_column (company, segment, part, class, month, content) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (company, segment, part, class, month) DO UPDATE SET content = excluded.content
                """,
                company.ToBytes(), column.Segment, (long)column.Part, (long)column.Class, (long)column.Month, column.Content);
        }
    }

    /// <summary>Forgets a segment, so that it is made anew.</summary>
    public static void Remove(WriteTransaction transaction, CompanyId company, long segment)
    {
        transaction.Execute("DELETE FROM audit_column WHERE company = $1 AND segment = $2", company.ToBytes(), segment);
        transaction.Execute("DELETE FROM audit_segment WHERE company = $1 AND segment = $2", company.ToBytes(), segment);
    }

    /// <summary>Forgets all columns of a log.</summary>
    public static void RemoveAll(WriteTransaction transaction, CompanyId company)
    {
        transaction.Execute("DELETE FROM audit_column WHERE company = $1", company.ToBytes());
        transaction.Execute("DELETE FROM audit_segment WHERE company = $1", company.ToBytes());
        transaction.Execute("DELETE FROM audit_column_person WHERE company = $1", company.ToBytes());
    }

    /// <summary>The people's numbers, each with the sealed person.</summary>
    public static List<(uint Number, byte[] Sealed)> People(ReadSession session, CompanyId company)
        => session.Query(
            "SELECT number, person FROM audit_column_person WHERE company = $1 ORDER BY number",
            row => ((uint)row.GetInt64(0), (byte[])row.GetValue(1)), company.ToBytes());

    /// <summary>The greatest number that was given; 0 for none.</summary>
    public static uint LastPerson(ReadSession session, CompanyId company)
        => (uint)session.QueryFirst("SELECT coalesce(max(number), 0) FROM audit_column_person WHERE company = $1", row => row.GetInt64(0), company.ToBytes());

    public static void PutPerson(WriteTransaction transaction, CompanyId company, uint number, byte[] person)
        => transaction.Execute("INSERT INTO audit_column_person (company, number, person) VALUES ($1, $2, $3)", company.ToBytes(), (long)number, person);

    public static void RemovePerson(WriteTransaction transaction, CompanyId company, uint number)
        => transaction.Execute("DELETE FROM audit_column_person WHERE company = $1 AND number = $2", company.ToBytes(), (long)number);
}

/// <summary>A part of a block as stored: sealed.</summary>
internal sealed record StoredColumn(long Segment, ColumnPart Part, int Class, int Month, byte[] Content);
