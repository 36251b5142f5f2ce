using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rivet.Audit.Exporting;

/// <summary>Entries on their way to one receiver.</summary>
/// <param name="Export">Whose.</param>
/// <param name="Log">The log's origin.</param>
/// <param name="From">The first entry's index.</param>
/// <param name="To">The index behind the last; between the two are also those that the receiver does not want.</param>
/// <param name="Lines">What it wants.</param>
internal sealed record ExportBatch(Guid Export, string Log, long From, long To, IReadOnlyList<ExportLine> Lines)
{
    /// <summary>The same for the same entries to the same receiver, and for no others.</summary>
    public string DeliveryId()
    {
        Span<byte> named = stackalloc byte[32];
        Export.TryWriteBytes(named, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(named[16..], From);
        BinaryPrimitives.WriteInt64BigEndian(named[24..], To);
        return Convert.ToHexStringLower(SHA256.HashData(named).AsSpan(0, 16));
    }
}

/// <summary>An entry, and its line of JSON without an end of line.</summary>
internal readonly record struct ExportLine(AuditEntry Entry, ReadOnlyMemory<byte> Json);
