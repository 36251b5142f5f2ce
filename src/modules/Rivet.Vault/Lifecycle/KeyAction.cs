namespace Rivet.Vault;

/// <summary>What can be done to a company's key; stored, and on the wire.</summary>
internal enum KeyAction
{
    /// <summary>A new version in the same custody wraps from now on.</summary>
    Rotate = 1,

    /// <summary>Nothing of the company can be read or written until it is enabled again.</summary>
    Disable = 2,

    Enable = 3,

    /// <summary>Disabled at once, destroyed after the waiting time.</summary>
    Destroy = 4,

    /// <summary>No version below one may unwrap any more.</summary>
    RaiseMinimum = 5,

    /// <summary>Destroys the versions up to one; nothing may be wrapped under them any more.</summary>
    DestroyVersions = 6,

    /// <summary>A new version under a key of the customer's own key service.</summary>
    UseKeyService = 7,

    /// <summary>A new version that the customer made and imported.</summary>
    UseImported = 8,

    /// <summary>A new version that the vault makes, whatever the custody was.</summary>
    UseVault = 9,
}
