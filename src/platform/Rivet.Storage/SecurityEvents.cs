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

    /// <summary>Records the event in the transaction of its fact: both are stored or neither is.</summary>
    /// <exception cref="ArgumentException">The event breaks the bounds of <see cref="SecurityEvent.Details"/>.</exception>
    public static void Record(this WriteTransaction transaction, SecurityEvent securityEvent)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(securityEvent);
        if (securityEvent.Details.Count > MaxDetails || securityEvent.Details.Values.Any(value => value.Length > MaxDetailLength))
        {
            throw new ArgumentException("A security event has at most 16 details of 256 characters.", nameof(securityEvent));
        }

        transaction.Publish(Topic, securityEvent.Actor.Company, JsonSerializer.SerializeToUtf8Bytes(securityEvent));
    }

    /// <summary>Reads an event back from its outbox row.</summary>
    /// <exception cref="JsonException">The row is damaged.</exception>
    public static SecurityEvent Read(OutboxRow row)
        => JsonSerializer.Deserialize<SecurityEvent>(row.Payload) ?? throw new JsonException("The row holds no event.");
}
