using System.Formats.Cbor;

namespace Rivet.Transparency;

/// <summary>
/// What an entry seals: who, to what, whom it concerns, and the details. What names a person is sealed again under that person's key before it
/// comes here. Deterministic CBOR, an array of six.
/// </summary>
/// <param name="Actor">The actor's 32 bytes (person, way) sealed, or empty for the system and nobody.</param>
/// <param name="TargetKind">The target's kind.</param>
/// <param name="Target">Its 16 bytes; empty when it is the person concerned.</param>
/// <param name="TargetCompany">The 16 bytes of the target's company.</param>
/// <param name="Concerned">The 16 bytes of whom it concerns, sealed; or empty.</param>
/// <param name="Details">Further facts.</param>
public sealed record EntryContent(
    ReadOnlyMemory<byte> Actor, string TargetKind, ReadOnlyMemory<byte> Target, ReadOnlyMemory<byte> TargetCompany, ReadOnlyMemory<byte> Concerned, IReadOnlyDictionary<string, string> Details)
{
    private const int Fields = 6;

    /// <summary>The one spelling.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical, convertIndefiniteLengthEncodings: false, allowMultipleRootLevelValues: false, initialCapacity: 320);
        writer.WriteStartArray(Fields);
        writer.WriteByteString(Actor.Span);
        writer.WriteTextString(TargetKind);
        writer.WriteByteString(Target.Span);
        writer.WriteByteString(TargetCompany.Span);
        writer.WriteByteString(Concerned.Span);
        writer.WriteStartMap(Details.Count);
        foreach (var (name, value) in Details)
        {
            writer.WriteTextString(name);
            writer.WriteTextString(value);
        }

        writer.WriteEndMap();
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null for anything else.</summary>
    public static EntryContent? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            if (reader.ReadStartArray() != Fields)
            {
                return null;
            }

            var (actor, kind) = (reader.ReadDefiniteLengthByteString(), reader.ReadTextString());
            var (target, company, concerned) = (reader.ReadDefiniteLengthByteString(), reader.ReadDefiniteLengthByteString(), reader.ReadDefiniteLengthByteString());
            var details = new Dictionary<string, string>();
            reader.ReadStartMap();
            while (reader.PeekState() is not CborReaderState.EndMap)
            {
                details[reader.ReadTextString()] = reader.ReadTextString();
            }

            reader.ReadEndMap();
            reader.ReadEndArray();
            return reader.BytesRemaining > 0 ? null : new EntryContent(actor, kind, target, company, concerned, details);
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}
