namespace Rivet.Kernel;

/// <summary>
/// A kind of security event: its name, its class in the Open Cybersecurity Schema Framework, how grave it is, and which details it may
/// have. Each module keeps its kinds as constants; docs/protocol/security-events.md lists them all.
/// </summary>
public sealed class EventKind : IEquatable<EventKind>
{
    /// <summary>A kind of version 1.</summary>
    /// <param name="name">Such as <c>identity.device.enrolled</c>: 1 to 64 of <c>a–z 0–9 . -</c>.</param>
    /// <param name="type">What it is in OCSF.</param>
    /// <param name="severity">How grave.</param>
    /// <param name="details">Names of the details it may have; no other is recorded.</param>
    public EventKind(string name, OcsfType type, EventSeverity severity, params IReadOnlyList<string> details)
    {
        Name = name;
        Type = type;
        Severity = severity;
        Details = details;
    }

    /// <summary>The name; no two kinds share one.</summary>
    public string Name { get; }

    /// <summary>Grows when the meaning of the kind or of a detail changes.</summary>
    public int Version { get; init; } = 1;

    /// <summary>What it is in OCSF.</summary>
    public OcsfType Type { get; }

    /// <summary>How grave.</summary>
    public EventSeverity Severity { get; }

    /// <summary>Names of the details it may have.</summary>
    public IReadOnlyList<string> Details { get; }

    /// <summary>Whether both are of one name and version.</summary>
    public static bool operator ==(EventKind? one, EventKind? other) => one is null ? other is null : one.Equals(other);

    /// <summary>Whether they are not.</summary>
    public static bool operator !=(EventKind? one, EventKind? other) => !(one == other);

    /// <inheritdoc/>
    public bool Equals(EventKind? other) => other is not null && Name == other.Name && Version == other.Version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EventKind);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>The severity_id of OCSF.</summary>
public enum EventSeverity : byte
{
    /// <summary>Nothing to do.</summary>
    Informational = 1,

    /// <summary>To be looked at some time.</summary>
    Low = 2,

    /// <summary>To be looked at soon.</summary>
    Medium = 3,

    /// <summary>To be looked at now.</summary>
    High = 4,

    /// <summary>Damage is likely.</summary>
    Critical = 5,

    /// <summary>Damage was done and goes on.</summary>
    Fatal = 6,
}

/// <summary>
/// The type_uid of OCSF: the class_uid times a hundred, and the activity_id. Only those that Rivet records. Source: schema.ocsf.io, 1.4.
/// </summary>
public enum OcsfType
{
    /// <summary>Base event, other: recorded before events had classes.</summary>
    Other = 99,

    /// <summary>Detection finding, create: something was found to be wrong.</summary>
    FindingCreated = 2004_01,

    /// <summary>Account change, create.</summary>
    AccountCreated = 3001_01,

    /// <summary>Account change, enable.</summary>
    AccountEnabled = 3001_02,

    /// <summary>Account change, disable.</summary>
    AccountDisabled = 3001_05,

    /// <summary>Account change, other: a way back into an account was made.</summary>
    AccountRecovered = 3001_99,

    /// <summary>Authentication, logon.</summary>
    Logon = 3002_01,

    /// <summary>Authentication, logoff.</summary>
    Logoff = 3002_02,

    /// <summary>Entity management, create.</summary>
    EntityCreated = 3004_01,

    /// <summary>Entity management, read.</summary>
    EntityRead = 3004_02,

    /// <summary>Entity management, update.</summary>
    EntityUpdated = 3004_03,

    /// <summary>Entity management, delete.</summary>
    EntityDeleted = 3004_04,

    /// <summary>User access management, assign privileges.</summary>
    PrivilegesAssigned = 3005_01,

    /// <summary>User access management, revoke privileges.</summary>
    PrivilegesRevoked = 3005_02,

    /// <summary>Group management, add user.</summary>
    GroupUserAdded = 3006_03,

    /// <summary>Group management, remove user.</summary>
    GroupUserRemoved = 3006_04,

    /// <summary>Group management, create group.</summary>
    GroupCreated = 3006_06,

    /// <summary>Datastore activity, read.</summary>
    DatastoreRead = 6005_01,

    /// <summary>Datastore activity, write.</summary>
    DatastoreWritten = 6005_05,

    /// <summary>Datastore activity, delete.</summary>
    DatastoreDeleted = 6005_07,
}
