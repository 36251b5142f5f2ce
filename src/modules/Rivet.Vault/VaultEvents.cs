using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>The kinds of security events of the vault; each is recorded in the transaction of its fact.</summary>
internal static class VaultEvents
{
    public static readonly EventKind RootAdopted = new("vault.root.adopted", OcsfType.EntityCreated, EventSeverity.Medium);
    public static readonly EventKind RootSplit = new("vault.root.split", OcsfType.EntityRead, EventSeverity.High, "shares", "threshold");
    public static readonly EventKind RootRecovered = new("vault.root.recovered", OcsfType.EntityUpdated, EventSeverity.High);
    public static readonly EventKind RootSealed = new("vault.root.sealed", OcsfType.EntityUpdated, EventSeverity.Medium, "seal");
    public static readonly EventKind RootUnsealed = new("vault.root.unsealed", OcsfType.EntityUpdated, EventSeverity.High);
    public static readonly EventKind RootUnreachable = new("vault.root.unreachable", OcsfType.EntityUpdated, EventSeverity.High, "fault");
    public static readonly EventKind RootReachable = new("vault.root.reachable", OcsfType.EntityUpdated, EventSeverity.Medium);
    public static readonly EventKind SigningKeyMade = new("vault.signing-key.made", OcsfType.EntityCreated, EventSeverity.Low, "purpose");
    public static readonly EventKind KeyDestroyed = new("vault.key.destroyed", OcsfType.EntityDeleted, EventSeverity.High, "application", "holder", "period", "keys");
}
