using System.Formats.Cbor;
using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Storage;

/// <summary>Records security events through the outbox.</summary>
public static class SecurityEvents
{
    /// <summary>The outbox topic of security events.</summary>
    public const string Topic = "security-event";

    private const int MaxDetails = 16;
    private const int MaxDetailLength = 256;
    private const int Format = 1;
    private const int Fields = 16;

    /// <summary>Records the event in the transaction of its fact: both are stored or neither is.</summary>
    /// <exception cref="ArgumentException">The event breaks the bounds of <see cref="SecurityEvent.Details"/>.</exception>
    /// <exception cref="LogBehindException">The log does not keep up: what cannot be recorded is not done.</exception>
    public static void Record(this WriteTransaction transaction, SecurityEvent securityEvent)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(securityEvent);
        if (securityEvent.Details.Count > MaxDetails || securityEvent.Details.Any(detail => detail.Value.Length > MaxDetailLength))
        {
            throw new ArgumentException("A security event has at most 16 details of 256 characters.", nameof(securityEvent));
        }

        if (securityEvent.Details.Keys.FirstOrDefault(name => !securityEvent.Kind.Details.Contains(name)) is { } stranger)
        {
            throw new ArgumentException($"The kind {securityEvent.Kind} declares no detail {stranger}.", nameof(securityEvent));
        }

        transaction.PublishBounded(Topic, securityEvent.Actor.Company, Write(securityEvent));
    }

    /// <summary>Reads an event back from its outbox row.</summary>
    /// <exception cref="FormatException">The row is damaged.</exception>
    public static SecurityEvent Read(OutboxRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        try
        {
            return row.Payload is [(byte)'{', ..] ? FormerEventForm.Read(row.Payload) : Read(new CborReader(row.Payload, CborConformanceMode.Canonical));
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException or JsonException or ArgumentException)
        {
            throw new FormatException("The outbox row holds no security event.", exception);
        }
    }

    private static byte[] Write(SecurityEvent fact)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical, initialCapacity: 256);
        writer.WriteStartArray(Fields);
        writer.WriteInt32(Format);
        Write(writer, fact.Id.Value);
        writer.WriteInt64(fact.At.ToUnixTimeMilliseconds());
        writer.WriteTextString(fact.Kind.Name);
        writer.WriteInt32(fact.Kind.Version);
        writer.WriteInt32((int)fact.Kind.Type);
        writer.WriteInt32((int)fact.Kind.Severity);
        writer.WriteInt32((int)fact.Outcome);
        writer.WriteInt32((int)fact.Actor.Kind);
        Write(writer, fact.Actor.Company.Value);
        Write(writer, fact.Actor.Person.Value);
        Write(writer, fact.Actor.Via);
        writer.WriteTextString(fact.Target.Kind);
        Write(writer, fact.Target.Id);
        Write(writer, fact.Target.Company.Value);
        Write(writer, fact.Concerned.Value, fact.Details);
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static void Write(CborWriter writer, Guid concerned, IReadOnlyDictionary<string, string> details)
    {
        writer.WriteStartArray((2 * details.Count) + 1);
        Write(writer, concerned);
        foreach (var (name, value) in details)
        {
            writer.WriteTextString(name);
            writer.WriteTextString(value);
        }

        writer.WriteEndArray();
    }

    private static void Write(CborWriter writer, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.WriteByteString(bytes);
    }

    private static SecurityEvent Read(CborReader reader)
    {
        if (reader.ReadStartArray() != Fields || reader.ReadInt32() != Format)
        {
            throw new CborContentException("Another form of event.");
        }

        var id = ReadId(reader);
        var at = reader.ReadInt64();
        var name = reader.ReadTextString();
        var version = reader.ReadInt32();
        var type = (OcsfType)reader.ReadInt32();
        var severity = (EventSeverity)reader.ReadInt32();
        var outcome = (EventOutcome)reader.ReadInt32();
        var actor = new Subject((SubjectKind)reader.ReadInt32(), new(ReadId(reader)), new(ReadId(reader)), ReadId(reader));
        var target = new Resource(reader.ReadTextString(), ReadId(reader), new(ReadId(reader)));
        var rest = reader.ReadStartArray() ?? 0;
        var concerned = ReadId(reader);
        var details = new Dictionary<string, string>(rest / 2);
        while (reader.PeekState() is not CborReaderState.EndArray)
        {
            details[reader.ReadTextString()] = reader.ReadTextString();
        }

        reader.ReadEndArray();
        reader.ReadEndArray();
        return new SecurityEvent
        {
            Id = new(id),
            At = DateTimeOffset.FromUnixTimeMilliseconds(at),
            Kind = new EventKind(name, type, severity, [.. details.Keys]) { Version = version },
            Actor = actor,
            Target = target,
            Concerned = new(concerned),
            Outcome = outcome,
            Details = details,
        };
    }

    private static Guid ReadId(CborReader reader) => new(reader.ReadDefiniteLengthByteString().Span, bigEndian: true);
}
