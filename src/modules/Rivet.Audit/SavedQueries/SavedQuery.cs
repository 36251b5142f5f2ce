using System.Buffers.Binary;
using System.Text;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Audit.SavedQueries;

/// <summary>A search that a company keeps under a name.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Name">Its name, 1 to <see cref="LongestName"/> characters.</param>
/// <param name="Query">As in the address.</param>
internal sealed record SavedQuery(Guid Id, string Name, string Query)
{
    /// <summary>Most of them in a company.</summary>
    public const int Most = 50;

    /// <summary>Longest name, in characters.</summary>
    public const int LongestName = 60;

    /// <summary>What is sealed: the length of the name (2 bytes, big-endian), the name, the query.</summary>
    public byte[] ToBytes()
    {
        var name = Encoding.UTF8.GetBytes(Name);
        var length = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)name.Length);
        return [.. length, .. name, .. Encoding.UTF8.GetBytes(Query)];
    }

    /// <summary>Reads it; null for anything else.</summary>
    public static SavedQuery? Read(Guid id, ReadOnlySpan<byte> bytes)
        => bytes.Length >= sizeof(ushort) && BinaryPrimitives.ReadUInt16BigEndian(bytes) is var length && bytes.Length >= sizeof(ushort) + length
            ? new SavedQuery(id, Encoding.UTF8.GetString(bytes.Slice(sizeof(ushort), length)), Encoding.UTF8.GetString(bytes[(sizeof(ushort) + length)..]))
            : null;

    /// <summary>What the sealed bytes are bound to.</summary>
    public static byte[] Context(CompanyId company, Guid id) => [.. "rivet audit query 1"u8, .. company.ToBytes(), .. id.ToByteArray(bigEndian: true)];
}

/// <summary>The saved queries as stored.</summary>
internal static class SavedQueryTable
{
    public static List<(Guid Id, byte[] Content)> List(ReadSession session, CompanyId company)
        => session.Query(
            "SELECT id, content FROM audit_saved_query WHERE company = $1 ORDER BY id",
            row => (new Guid((byte[])row.GetValue(0), bigEndian: true), (byte[])row.GetValue(1)),
            company.ToBytes());

    /// <summary>Adds one; false when the company has as many as it may.</summary>
    public static bool Add(WriteTransaction transaction, CompanyId company, Guid id, byte[] content)
        => transaction.Execute(
            """
            INSERT INTO audit_saved_query (company, id, content)
            SELECT $1, $2, $3 WHERE (SELECT count(*) FROM audit_saved_query WHERE company = $1) < $4
            """,
            company.ToBytes(), id.ToByteArray(bigEndian: true), content, (long)SavedQuery.Most) == 1;

    /// <summary>False when there was none.</summary>
    public static bool Remove(WriteTransaction transaction, CompanyId company, Guid id)
        => transaction.Execute("DELETE FROM audit_saved_query WHERE company = $1 AND id = $2", company.ToBytes(), id.ToByteArray(bigEndian: true)) > 0;
}
