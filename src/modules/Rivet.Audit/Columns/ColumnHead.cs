using System.Formats.Cbor;
using Rivet.Kernel;

namespace Rivet.Audit.Columns;

/// <summary>What a block tells before its columns are opened. Deterministic CBOR.</summary>
/// <param name="Rows">How many entries.</param>
/// <param name="FirstMs">The smallest time among them, in milliseconds since the month began.</param>
/// <param name="LastMs">The greatest.</param>
/// <param name="Kinds">The kinds among them, each with its severity.</param>
internal sealed record ColumnHead(int Rows, long FirstMs, long LastMs, IReadOnlyList<(string Name, EventSeverity Severity)> Kinds)
{
    public byte[] ToBytes()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(3 + (2 * Kinds.Count));
        writer.WriteInt32(Rows);
        writer.WriteInt64(FirstMs);
        writer.WriteInt64(LastMs);
        foreach (var (name, severity) in Kinds)
        {
            writer.WriteTextString(name);
            writer.WriteInt32((int)severity);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <exception cref="InvalidDataException">That is no head.</exception>
    public static ColumnHead Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            var kinds = new (string, EventSeverity)[((reader.ReadStartArray() ?? 3) - 3) / 2];
            var (rows, first, last) = (reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64());
            for (var at = 0; at < kinds.Length; at++)
            {
                kinds[at] = (reader.ReadTextString(), (EventSeverity)reader.ReadInt32());
            }

            return new ColumnHead(rows, first, last, kinds);
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException("A block of the log's columns has no head.", exception);
        }
    }
}
