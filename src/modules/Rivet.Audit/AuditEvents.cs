using Rivet.Kernel;

namespace Rivet.Audit;

/// <summary>The kinds of security events of the log itself.</summary>
internal static class AuditEvents
{
    public static readonly EventKind Unreadable = new("audit.event.unreadable", OcsfType.FindingCreated, EventSeverity.High, "position", "sha256");

    /// <summary>The company's key was granted again: the events before this one, so many, had to wait since then; others are in the platform's log.</summary>
    public static readonly EventKind LogResumed = new("audit.log.resumed", OcsfType.EntityUpdated, EventSeverity.Medium, "since", "waited", "elsewhere", "first", "last");

    /// <summary>In the platform's log: a company's key was destroyed, its log ended with so many entries under this root, and what is recorded of it follows here.</summary>
    public static readonly EventKind LogEnded = new("audit.log.ended", OcsfType.EntityDeleted, EventSeverity.High, "log", "size", "root");
    public static readonly EventKind WitnessAdded = new("audit.witness.added", OcsfType.EntityCreated, EventSeverity.Low, "name", "key");
    public static readonly EventKind WitnessRemoved = new("audit.witness.removed", OcsfType.EntityDeleted, EventSeverity.Medium, "name", "key");

    /// <summary>A witness has seen another history: <c>seen</c> entries, where the log has <c>size</c>.</summary>
    public static readonly EventKind WitnessDisagrees = new("audit.witness.disagrees", OcsfType.FindingCreated, EventSeverity.High, "name", "key", "seen", "size");

    /// <summary>A witness's clock and the server's differ by so many seconds; positive when the witness is ahead.</summary>
    public static readonly EventKind ClockOff = new("audit.clock.off", OcsfType.FindingCreated, EventSeverity.Medium, "name", "key", "seconds");
    /// <summary>Another key signs the log behind <c>size</c> entries; both keys as lines for those who verify.</summary>
    public static readonly EventKind KeyRotated = new("audit.key.rotated", OcsfType.EntityUpdated, EventSeverity.Medium, "old", "new", "size");

    /// <summary>Somebody else may have a key: no checkpoint of more than <c>size</c> entries counts under it.</summary>
    public static readonly EventKind KeyRevoked = new("audit.key.revoked", OcsfType.FindingCreated, EventSeverity.High, "key", "size");
    public static readonly EventKind ReaderAdded = new("audit.reader.added", OcsfType.PrivilegesAssigned, EventSeverity.Medium);
    public static readonly EventKind ReaderRemoved = new("audit.reader.removed", OcsfType.PrivilegesRevoked, EventSeverity.Low);
    public static readonly EventKind ExportAdded = new("audit.export.added", OcsfType.EntityCreated, EventSeverity.Medium, "name", "kind", "host");
    public static readonly EventKind ExportRemoved = new("audit.export.removed", OcsfType.EntityDeleted, EventSeverity.Medium, "name", "kind", "host");

    /// <summary>Somebody decided anew for how long what events of a class say can be read: months, or <c>for-ever</c>.</summary>
    public static readonly EventKind RetentionChanged = new("audit.retention.changed", OcsfType.EntityUpdated, EventSeverity.High, "class", "before", "after", "effective");

    /// <summary>What so many events of a class and a month said was destroyed; their hashes stand.</summary>
    public static readonly EventKind RetentionDestroyed = new("audit.retention.destroyed", OcsfType.EntityDeleted, EventSeverity.Medium, "class", "month", "events", "kept");

    /// <summary>The server's clock went so many hours away from where it was seen last: nothing is destroyed until it is believed.</summary>
    public static readonly EventKind ClockDoubted = new("audit.clock.doubted", OcsfType.FindingCreated, EventSeverity.Medium, "hours");

    /// <summary>Somebody said that the server's clock is right.</summary>
    public static readonly EventKind ClockConfirmed = new("audit.clock.confirmed", OcsfType.EntityUpdated, EventSeverity.Medium, "hours");
    public static readonly EventKind QuerySaved = new("audit.query.saved", OcsfType.EntityCreated, EventSeverity.Informational, "query");
    public static readonly EventKind QueryRemoved = new("audit.query.removed", OcsfType.EntityDeleted, EventSeverity.Informational, "query");
    public static readonly EventKind BoardChanged = new("audit.board.changed", OcsfType.EntityUpdated, EventSeverity.Informational, "change", "tiles");

    /// <summary>Never recorded: what a test of an export sends.</summary>
    public static readonly EventKind ExportTest = new("audit.export.test", OcsfType.Other, EventSeverity.Informational);

    /// <summary>The application names of the log's keys: one a class of OCSF, so that what events of a class say can be destroyed by month.</summary>
    public static string KeysOf(int ocsfClass) => $"audit.{ocsfClass}";

    /// <summary>The application name of the keys under which the log names people, one a person.</summary>
    public const string KeysOfPeople = "audit";

    /// <summary>The application name of the key of what columns say openly: times, kinds, outcomes.</summary>
    public const string KeysOfColumns = "audit.columns";

    /// <summary>The detail that names the company in whose log an event of the platform's log would be.</summary>
    public const string OfLog = "log";

    /// <summary>The application name of the keys of exports' settings.</summary>
    public const string KeysOfExports = "audit-export";
}
