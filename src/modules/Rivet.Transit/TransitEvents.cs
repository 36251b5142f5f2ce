using Rivet.Kernel;

namespace Rivet.Transit;

/// <summary>The kinds of security events of the cryptographic API: one event a call, whatever the number of items in it.</summary>
internal static class TransitEvents
{
    public static readonly EventKind ApplicationAdded = new("transit.application.added", OcsfType.PrivilegesAssigned, EventSeverity.Medium, "application", "grants", "days");
    public static readonly EventKind ApplicationRemoved = new("transit.application.removed", OcsfType.PrivilegesRevoked, EventSeverity.Medium, "application");

    /// <summary>A token that is unknown, was taken back or has run out. In the company's log when the token was once its own, else in the platform's.</summary>
    public static readonly EventKind TokenRefused = new("transit.token.refused", OcsfType.Logon, EventSeverity.Medium, "application", "cause", "remote");

    public static readonly EventKind KeyCreated = new("transit.key.created", OcsfType.EntityCreated, EventSeverity.Low, Call("type"));

    /// <summary>Somebody outside made the key, and may have a copy.</summary>
    public static readonly EventKind KeyImported = new("transit.key.imported", OcsfType.EntityCreated, EventSeverity.Medium, Call("type"));
    public static readonly EventKind KeyRotated = new("transit.key.rotated", OcsfType.EntityUpdated, EventSeverity.Low, Call("cause"));
    public static readonly EventKind KeyConfigured = new("transit.key.configured", OcsfType.EntityUpdated, EventSeverity.Medium, Call("changes"));
    public static readonly EventKind KeyTrimmed = new("transit.key.trimmed", OcsfType.EntityDeleted, EventSeverity.Medium, Call("versions"));
    public static readonly EventKind KeyDeleted = new("transit.key.deleted", OcsfType.EntityDeleted, EventSeverity.High, Call("versions"));

    /// <summary>A call that changed no key, or one of any kind that was refused.</summary>
    public static readonly EventKind Used = new("transit.used", OcsfType.DatastoreRead, EventSeverity.Informational, Call("count", "failed", "reason"));

    private static string[] Call(params string[] more) => ["operation", "key", "version", "application", .. more];
}
