namespace Rivet.Cryptography.Pkcs11;

/// <summary>An AES-256 key inside a module, found or made and proven fit. It names the key and survives the loss of every session.</summary>
/// <param name="Label">Its CKA_LABEL, the only one of that label on the token.</param>
/// <param name="Use">What it is for.</param>
public sealed record ModuleKey(string Label, ModuleKeyUse Use);

/// <summary>What a key is for. No key has both uses (PKCS#11 wrap-and-decrypt: it would give away what it wraps).</summary>
public enum ModuleKeyUse
{
    /// <summary>CKA_ENCRYPT and CKA_DECRYPT: bytes from outside the module.</summary>
    Encrypt = 1,

    /// <summary>CKA_WRAP and CKA_UNWRAP: keys that live in the module.</summary>
    Wrap = 2,
}
