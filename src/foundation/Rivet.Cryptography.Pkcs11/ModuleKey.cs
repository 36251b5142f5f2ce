namespace Rivet.Cryptography.Pkcs11;

/// <summary>An AES-256 key inside a module, found or made and proven fit. It names the key and survives the loss of every session.</summary>
/// <param name="Label">Its CKA_LABEL, the only one of that label on the token.</param>
/// <param name="Use">What it is for.</param>
public sealed record ModuleKey(string Label, ModuleKeyUse Use)
{
    /// <summary>Whether it was made outside and unwrapped inside the module (<see cref="KeyModule.Unwrap"/>); a key made inside is not taken for it, nor it for one made inside.</summary>
    public bool IsImported { get; init; }
}

/// <summary>An RSA-4096 key pair made inside a module, whose private half can do nothing but unwrap one key that somebody else wrapped.</summary>
/// <param name="Label">CKA_LABEL of its private key, the only one of that label on the token.</param>
/// <param name="PublicKey">What the key to import is wrapped with: SubjectPublicKeyInfo, DER. Given to the owner of the key in a way that they can trust.</param>
/// <param name="Wrapping">How the key must be wrapped.</param>
public sealed record UnwrapKeyPair(string Label, ReadOnlyMemory<byte> PublicKey, ImportWrapping Wrapping)
{
    /// <summary>Whether the module does both steps in one call.</summary>
    internal bool IsOneCall { get; init; }
}

/// <summary>
/// How a key travels into a module: RSAES-OAEP (RFC 8017 §7.1) of a random AES-256 key, then the key under that one by AES key wrap with padding (RFC 5649);
/// one after the other, which is what CKM_RSA_AES_KEY_WRAP takes (PKCS#11 2.40 §2.1.21).
/// </summary>
public enum ImportWrapping
{
    /// <summary>OAEP and its MGF1 with SHA-256.</summary>
    RsaAesSha256 = 1,

    /// <summary>OAEP and its MGF1 with SHA-1: for modules that know no other, and only where <see cref="KeyModuleSettings.AllowsOaepSha1"/> says so.</summary>
    RsaAesSha1 = 2,
}

/// <summary>What a key is for. No key has both uses (PKCS#11 wrap-and-decrypt: it would give away what it wraps).</summary>
public enum ModuleKeyUse
{
    /// <summary>CKA_ENCRYPT and CKA_DECRYPT: bytes from outside the module.</summary>
    Encrypt = 1,

    /// <summary>CKA_WRAP and CKA_UNWRAP: keys that live in the module.</summary>
    Wrap = 2,
}
