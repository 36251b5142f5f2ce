namespace Rivet.Vault;

/// <summary>What keeps the bytes in a root key's file from whoever copies it. None of it is hardware that keys work in.</summary>
public enum RootSealKind
{
    /// <summary>Nothing: the file is the key.</summary>
    None = 0,

    /// <summary>A passphrase, told at each start.</summary>
    Passphrase = 1,

    /// <summary>The TPM of one machine.</summary>
    Tpm = 2,
}
