namespace Rivet.Vault;

/// <summary>Where a version of a company's key comes from; stored.</summary>
internal enum Custody
{
    /// <summary>Made by the vault, under the root; inside the key module where the root is in one.</summary>
    Vault = 1,

    /// <summary>Made by the customer and imported; held as the vault's own.</summary>
    Imported = 2,

    /// <summary>Under a key that only the customer's key service has: opened by asking it, forgotten when it says no.</summary>
    External = 3,
}

/// <summary>How a company's key stands; stored.</summary>
internal enum CompanyState
{
    Active = 1,

    /// <summary>Its administrators switched it off; they can switch it on again.</summary>
    Disabled = 2,

    /// <summary>Off, and destroyed on its day unless somebody cancels.</summary>
    AwaitsDestruction = 3,

    Destroyed = 4,
}
