using System.Data.Common;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.Aside;

/// <summary>Events that wait for their company's key, and how the logs stand that do not grow.</summary>
internal static class AsideTable
{
    private const string Columns = "company, has_ended, since_ms, aside, total, elsewhere, first_index, last_index";

    /// <summary>How a log stands; null when it grows as usual.</summary>
    public static StandingRow? Find(ReadSession session, CompanyId company)
        => session.QueryFirst($"SELECT {Columns} FROM audit_standing WHERE company = $1", Read, company.ToBytes());

    public static List<StandingRow> All(ReadSession session) => session.Query($"SELECT {Columns} FROM audit_standing ORDER BY company", Read);

    /// <summary>The first events set aside, in the outbox's order, as sealed.</summary>
    public static List<AsideRow> First(ReadSession session, CompanyId company, int most)
        => session.Query(
            "SELECT position, payload FROM audit_aside WHERE company = $1 ORDER BY position LIMIT $2",
            row => new AsideRow(row.GetInt64(0), (byte[])row.GetValue(1)), company.ToBytes(), most);

    public static void Add(WriteTransaction transaction, CompanyId company, AsideRow row)
        => transaction.Execute("INSERT INTO audit_aside (company, position, payload) VALUES ($1, $2, $3)", company.ToBytes(), row.Position, row.Payload);

    /// <summary>Takes events away that are in a log now; gives how many.</summary>
    public static int Remove(WriteTransaction transaction, CompanyId company, long upTo)
        => transaction.Execute("DELETE FROM audit_aside WHERE company = $1 AND position <= $2", company.ToBytes(), upTo);

    /// <summary>Stores how a log stands; null that it grows as usual.</summary>
    public static void Put(WriteTransaction transaction, CompanyId company, StandingRow? standing)
    {
        transaction.Execute("DELETE FROM audit_standing WHERE company = $1", company.ToBytes());
        if (standing is not null)
        {
            transaction.Execute(
                $"INSERT INTO audit_standing ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                company.ToBytes(), standing.HasEnded ? 1 : 0, standing.SinceMs, standing.Aside, standing.Total, standing.Elsewhere, standing.First, standing.Last);
        }
    }

    private static StandingRow Read(DbDataReader row) => new(
        new(new Guid((byte[])row.GetValue(0), bigEndian: true)), row.GetInt64(1) != 0, row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
        row.GetInt64(5), row.GetInt64(6), row.GetInt64(7));
}

/// <summary>An event that waits, sealed.</summary>
/// <param name="Position">Its place in the outbox.</param>
/// <param name="Payload">What lay there.</param>
internal readonly record struct AsideRow(long Position, byte[] Payload);

/// <summary>How a log stands that does not grow as usual.</summary>
/// <param name="Company">Whose.</param>
/// <param name="HasEnded">Whether the company's key was destroyed, so that nothing can be added any more; otherwise the key is withheld.</param>
/// <param name="SinceMs">Since when, in Unix milliseconds.</param>
/// <param name="Aside">Events that wait now.</param>
/// <param name="Total">All that had to wait since then.</param>
/// <param name="Elsewhere">Events that went into the platform's log instead.</param>
/// <param name="First">The first of those there.</param>
/// <param name="Last">The last of those there; others of the platform lie between.</param>
internal sealed record StandingRow(CompanyId Company, bool HasEnded, long SinceMs, long Aside, long Total, long Elsewhere, long First, long Last)
{
    public static StandingRow Begin(CompanyId company, DateTimeOffset now) => new(company, false, now.ToUnixTimeMilliseconds(), 0, 0, 0, 0, 0);

    public LogStanding Shown() => new(HasEnded, DateTimeOffset.FromUnixTimeMilliseconds(SinceMs), Aside, Elsewhere, Elsewhere > 0 ? First : null, Elsewhere > 0 ? Last : null);
}
