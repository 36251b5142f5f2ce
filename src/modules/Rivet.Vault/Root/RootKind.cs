namespace Rivet.Vault;

/// <summary>Where a store's root is; stored, and decided once.</summary>
internal enum RootKind
{
    /// <summary>32 bytes in a file: software.</summary>
    File = 1,

    /// <summary>A key inside a PKCS#11 module, which never leaves it.</summary>
    Module = 2,
}
