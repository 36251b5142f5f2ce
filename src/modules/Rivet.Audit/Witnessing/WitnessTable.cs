using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transparency;

namespace Rivet.Audit.Witnessing;

/// <summary>The witnesses as stored, and how each stands.</summary>
internal static class WitnessTable
{
    private const string Columns = "company, name, key, url, certificate, added_ms, size, cosigned_ms, failing_since_ms, failure, disagreed_size, clock_off_ms";

    public static List<WitnessRow> All(ReadSession session)
        => Whole(session.Query($"SELECT {Columns} FROM audit_witness ORDER BY company, name", Read));

    public static List<WitnessRow> Of(ReadSession session, CompanyId company)
        => Whole(session.Query($"SELECT {Columns} FROM audit_witness WHERE company = $1 ORDER BY name", Read, company.ToBytes()));

    public static WitnessRow? Find(ReadSession session, CompanyId company, string name)
        => session.QueryFirst($"SELECT {Columns} FROM audit_witness WHERE company = $1 AND name = $2", Read, company.ToBytes(), name);

    public static void Add(WriteTransaction transaction, WitnessRow row)
        => transaction.Execute(
            $"INSERT INTO audit_witness ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, 0, NULL, NULL, NULL, 0, 0)",
            row.Company.ToBytes(), row.Key.Name, row.Key.ToString(), row.Url.AbsoluteUri, row.Certificate, row.AddedMs);

    /// <summary>Stores how a witness stands.</summary>
    public static void Update(WriteTransaction transaction, WitnessRow row)
        => transaction.Execute(
            """
            UPDATE audit_witness SET size = $1, cosigned_ms = $2, failing_since_ms = $3, failure = $4, disagreed_size = $5, clock_off_ms = $6
            WHERE company = $7 AND name = $8
            """,
            row.Size, row.CosignedMs, row.FailingSinceMs, row.Failure is { } failure ? (long)failure : null, row.DisagreedSize, row.ClockOffMs,
            row.Company.ToBytes(), row.Key.Name);

    public static void Remove(WriteTransaction transaction, CompanyId company, string name)
        => transaction.Execute("DELETE FROM audit_witness WHERE company = $1 AND name = $2", company.ToBytes(), name);

    /// <summary>A row that was changed into none is as one that was deleted; it holds up no other.</summary>
    private static List<WitnessRow> Whole(List<WitnessRow?> rows) => [.. rows.OfType<WitnessRow>()];

    private static WitnessRow? Read(DbDataReader row)
        => row.GetValue(0) is byte[] { Length: EntityId.Size } company
            && row.GetValue(2) is string text && NoteKey.TryParse(text, out var key) && row.GetValue(1) is string name && name == key.Name
            && row.GetValue(3) is string address && Uri.TryCreate(address, UriKind.Absolute, out var url)
            && row.GetValue(5) is long added && row.GetValue(6) is long size && row.GetValue(10) is long disagreed && row.GetValue(11) is long off
            ? new WitnessRow(new(new Guid(company, bigEndian: true)), key, url, row.GetValue(4) as string, added)
            {
                Size = size,
                CosignedMs = row.GetValue(7) as long?,
                FailingSinceMs = row.GetValue(8) as long?,
                Failure = row.GetValue(9) is long failure ? (AuditWitnessFailure)failure : null,
                DisagreedSize = disagreed,
                ClockOffMs = off,
            }
            : null;
}

/// <summary>A witness of a company's log.</summary>
/// <param name="Company">Whose log.</param>
/// <param name="Key">Its key, of the kind that cosigns.</param>
/// <param name="Url">Its address.</param>
/// <param name="Certificate">The one certificate that is trusted, in PEM; null for the machine's authorities.</param>
/// <param name="AddedMs">Since when, in Unix milliseconds; with the rest above, tells it from another that had its name.</param>
internal sealed record WitnessRow(CompanyId Company, NoteKey Key, Uri Url, string? Certificate, long AddedMs)
{
    /// <summary>How many entries it knows of, as far as is known here.</summary>
    public long Size { get; init; }

    /// <summary>When it cosigned last, by its clock.</summary>
    public long? CosignedMs { get; init; }

    public long? FailingSinceMs { get; init; }

    public AuditWitnessFailure? Failure { get; init; }

    /// <summary>The largest size at which it was recorded to disagree: one that names another each time fills no log. 0 if never.</summary>
    public long DisagreedSize { get; init; }

    /// <summary>How far its clock is ahead; 0 while that is little.</summary>
    public long ClockOffMs { get; init; }

    /// <summary>Whether this is the same witness, asked in the same way.</summary>
    public bool IsSame(WitnessRow? other)
        => other is not null && (Company, AddedMs) == (other.Company, other.AddedMs) && Key == other.Key && Url == other.Url && Certificate == other.Certificate;
}
