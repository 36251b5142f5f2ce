using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;

namespace Rivet.Transparency;

/// <summary>
/// An entry of a Rivet audit log: what anybody may see of an event, and the rest sealed. The bytes are deterministic CBOR
/// (RFC 8949 §4.2.1) as docs/protocol/audit-log.md says; there is one spelling of an entry, and no other is read.
/// </summary>
public sealed record LogEntry
{
    /// <summary>Longest kind, in characters.</summary>
    public const int LongestKind = 64;

    private const ulong Format = 1;
    private const int Fields = 11;
    private const int IdSize = 16;
    private static readonly SearchValues<char> KindCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>The event's identifier: a UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it happened, in Unix milliseconds by the server's clock; not negative.</summary>
    public required long AtMs { get; init; }

    /// <summary>What happened: 1 to 64 of <c>a–z 0–9 . -</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The kind's version.</summary>
    public required int Version { get; init; }

    /// <summary>The class_uid of OCSF; 0 for the base event.</summary>
    public required int Class { get; init; }

    /// <summary>The activity_id of OCSF.</summary>
    public required int Activity { get; init; }

    /// <summary>The severity_id of OCSF, 1 to 6.</summary>
    public required int Severity { get; init; }

    /// <summary>1 success, 2 failure.</summary>
    public required int Outcome { get; init; }

    /// <summary>Who did it: 0 nobody, 1 a person through a device, 2 a person through a page, 3 the system itself.</summary>
    public required int ActorKind { get; init; }

    /// <summary>Who, to what and with which details: as sealed.</summary>
    public required ReadOnlyMemory<byte> Sealed { get; init; }

    /// <summary>The one spelling.</summary>
    /// <exception cref="InvalidOperationException">A field is out of its bounds, or the whole longer than <see cref="EntryBundle.LongestEntry"/>.</exception>
    public byte[] ToBytes()
    {
        if (!IsWithinBounds)
        {
            throw new InvalidOperationException("An entry's field is out of its bounds.");
        }

        var writer = new CborWriter(CborConformanceMode.Canonical, convertIndefiniteLengthEncodings: false, allowMultipleRootLevelValues: false, initialCapacity: Kind.Length + Sealed.Length + 80);
        Span<byte> id = stackalloc byte[IdSize];
        Id.TryWriteBytes(id, bigEndian: true, out _);
        writer.WriteStartArray(Fields);
        writer.WriteUInt64(Format);
        writer.WriteByteString(id);
        writer.WriteInt64(AtMs);
        writer.WriteTextString(Kind);
        writer.WriteInt32(Version);
        writer.WriteInt32(Class);
        writer.WriteInt32(Activity);
        writer.WriteInt32(Severity);
        writer.WriteInt32(Outcome);
        writer.WriteInt32(ActorKind);
        writer.WriteByteString(Sealed.Span);
        writer.WriteEndArray();
        return writer.BytesWritten <= EntryBundle.LongestEntry
            ? writer.Encode()
            : throw new InvalidOperationException($"An entry has at most {EntryBundle.LongestEntry} bytes.");
    }

    /// <summary>Reads an entry; false for whatever is not exactly one. <see cref="Sealed"/> is a slice of the bytes.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out LogEntry? entry)
    {
        entry = null;
        try
        {
            var reader = new CborReader(bytes, CborConformanceMode.Canonical);
            if (reader.ReadStartArray() != Fields || reader.ReadUInt64() != Format || reader.ReadDefiniteLengthByteString() is not { Length: IdSize } id)
            {
                return false;
            }

            var read = new LogEntry
            {
                Id = new Guid(id.Span, bigEndian: true),
                AtMs = reader.ReadInt64(),
                Kind = reader.ReadTextString(),
                Version = reader.ReadInt32(),
                Class = reader.ReadInt32(),
                Activity = reader.ReadInt32(),
                Severity = reader.ReadInt32(),
                Outcome = reader.ReadInt32(),
                ActorKind = reader.ReadInt32(),
                Sealed = reader.ReadDefiniteLengthByteString(),
            };
            reader.ReadEndArray();
            entry = reader.BytesRemaining == 0 && read.IsWithinBounds ? read : null;
            return entry is not null;
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            return false;
        }
    }

    private bool IsWithinBounds
        => AtMs >= 0 && Kind.Length is > 0 and <= LongestKind && !Kind.AsSpan().ContainsAnyExcept(KindCharacters)
            && Version >= 0 && Class >= 0 && Activity >= 0 && Severity is >= 1 and <= 6 && Outcome is (1 or 2) && ActorKind is (>= 0 and <= 3);
}
