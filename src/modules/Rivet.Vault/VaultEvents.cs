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

    /// <summary>Somebody asks another administrator to approve something about the company's key.</summary>
    public static readonly EventKind Asked = new("vault.request.asked", OcsfType.EntityCreated, EventSeverity.Medium, "action", "version", "request");
    public static readonly EventKind Declined = new("vault.request.declined", OcsfType.EntityUpdated, EventSeverity.Low, "action", "request", "asked");

    /// <summary>Another version wraps; custody is <c>vault</c>, <c>imported</c> or <c>external</c>.</summary>
    public static readonly EventKind CompanyKeyRotated = new("vault.company-key.rotated", OcsfType.EntityUpdated, EventSeverity.Medium, "version", "custody", "asked", "approved", "request");
    public static readonly EventKind CompanyKeyRewrapped = new("vault.company-key.rewrapped", OcsfType.EntityUpdated, EventSeverity.Informational, "version", "keys", "damaged");
    public static readonly EventKind CompanyKeyDisabled = new("vault.company-key.disabled", OcsfType.EntityUpdated, EventSeverity.High, "asked", "approved", "request");
    public static readonly EventKind CompanyKeyEnabled = new("vault.company-key.enabled", OcsfType.EntityUpdated, EventSeverity.High, "asked", "approved", "request");
    public static readonly EventKind MinimumRaised = new("vault.company-key.minimum-raised", OcsfType.EntityUpdated, EventSeverity.Medium, "version", "asked", "approved", "request");
    public static readonly EventKind VersionDestroyed = new("vault.company-key.version-destroyed", OcsfType.EntityDeleted, EventSeverity.High, "version", "asked", "approved", "request");
    public static readonly EventKind DestructionScheduled = new("vault.company-key.destruction-scheduled", OcsfType.EntityUpdated, EventSeverity.Critical, "at", "asked", "approved", "request");
    public static readonly EventKind DestructionCancelled = new("vault.company-key.destruction-cancelled", OcsfType.EntityUpdated, EventSeverity.High);

    /// <summary>The company's key and every data key under it are gone.</summary>
    public static readonly EventKind CompanyKeyDestroyed = new(
        "vault.company-key.destroyed", OcsfType.EntityDeleted, EventSeverity.Critical, "versions", "keys", "asked", "asked-ms", "approved", "approved-ms", "request", "waited-days");

    /// <summary>The customer's key service says no, or has been silent too long: <c>refused</c> or <c>silent</c>.</summary>
    public static readonly EventKind CompanyKeyWithheld = new("vault.company-key.withheld", OcsfType.EntityUpdated, EventSeverity.High, "reason");
    public static readonly EventKind CompanyKeyGranted = new("vault.company-key.granted", OcsfType.EntityUpdated, EventSeverity.Medium, "withheld-seconds");
}
