using Microsoft.AspNetCore.Http;

namespace Rivet.Transit.Api;

/// <summary>Every refusal of the API: its status, its stable name in the log, and the sentence a program's owner reads. Nothing of the request is repeated.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">The name.</param>
/// <param name="Sentence">What is wrong, and what to do.</param>
internal sealed record ApiRefusal(int Status, string Reason, string Sentence)
{
    public static readonly ApiRefusal NoToken = new(403, "token-missing", "missing client token");
    public static readonly ApiRefusal TokenRefused = new(403, "token", "permission denied: the token is unknown, was taken back or has run out");
    public static readonly ApiRefusal TooManyFailures = new(429, "too-many-failures", "too many refused tokens from this address; wait a minute");
    public static readonly ApiRefusal Denied = new(403, "denied", "permission denied");
    public static readonly ApiRefusal Unavailable = new(503, "unavailable", "the keys or the store cannot be reached now; nothing was done, try again");
    public static readonly ApiRefusal LogBehind = new(503, "log-behind", "the security log does not keep up, and what cannot be recorded is not done; try again");
    public static readonly ApiRefusal Contended = new(503, "contended", "the key is being changed by others; nothing was done, try again");
    public static readonly ApiRefusal KeyDestroyed = new(410, "destroyed", "the key was destroyed for good; nothing it encrypted can be read again");
    public static readonly ApiRefusal KeyDamaged = new(500, "damaged", "the stored key was changed from outside and cannot be used; restore a backup");
    public static readonly ApiRefusal Fault = new(500, "fault", "internal error");

    public static readonly ApiRefusal BodyTooLarge = new(413, "body-size", "the request's body is too large");
    public static readonly ApiRefusal BodyMalformed = Bad("body", "the request's body is no JSON object");
    public static readonly ApiRefusal BatchTooLarge = Bad("batch-size", "batch_input has too many items");
    public static readonly ApiRefusal BatchMalformed = Bad("batch", "batch_input is no list of objects with at least one item");
    public static readonly ApiRefusal Wrapping = Bad("response-wrapping", "response wrapping does not exist here");
    public static readonly ApiRefusal NoPath = new(404, "path", "no handler for this path");
    public static readonly ApiRefusal NeverExported = Bad("never-exported", "keys never leave: export, backup and restore do not exist here");
    public static readonly ApiRefusal Convergent = Bad("convergent", "convergent encryption does not exist here; use an hmac key for lookups");
    public static readonly ApiRefusal NonceGiven = Bad("nonce", "a nonce cannot be given: each is random");

    public static readonly ApiRefusal NameInvalid = Bad("name", "a key's name has 1 to 128 letters, digits, _ . and -, the first and last no . or -");
    public static readonly ApiRefusal TypeUnknown = Bad("type", "unknown key type; known: aes256-gcm96, chacha20-poly1305, ed25519, ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072, rsa-4096, hmac");
    public static readonly ApiRefusal TypeDiffers = Bad("type-differs", "there is a key of this name with another type or derivation");
    public static readonly ApiRefusal NotDerivable = Bad("not-derivable", "this type of key does not support derivation");
    public static readonly ApiRefusal KeySize = Bad("key-size", "key_size is for hmac keys: 32 to 512 bytes");
    public static readonly ApiRefusal TooManyKeys = Bad("too-many-keys", "the company has as many keys as it may have");
    public static readonly ApiRefusal TooManyVersions = Bad("too-many-versions", "the key has as many versions as it may have; trim it first");
    public static readonly ApiRefusal KeyMissing = Bad("key-missing", "encryption key not found");
    public static readonly ApiRefusal KeyNotListed = new(404, "key-missing", string.Empty);
    public static readonly ApiRefusal NameTaken = Bad("name-taken", "there is a key of this name already");
    public static readonly ApiRefusal DeletionForbidden = Bad("deletion-forbidden", "deletion is not allowed for this key; set deletion_allowed in its config first");
    public static readonly ApiRefusal NotRotatable = Bad("not-rotatable", "an imported key without allow_rotation cannot be rotated; import a new version");
    public static readonly ApiRefusal NotImported = Bad("not-imported", "new versions are imported only into a key that was imported and never rotated here");
    public static readonly ApiRefusal RotatePeriod = Bad("rotate-period", "auto_rotate_period is 0, or from one hour to ten years, in seconds or as 24h");
    public static readonly ApiRefusal MinDecryption = Bad("min-decryption", "min_decryption_version is from the oldest version kept to the latest");
    public static readonly ApiRefusal MinEncryption = Bad("min-encryption", "min_encryption_version is 0, or from min_decryption_version to the latest");
    public static readonly ApiRefusal MinAvailable = Bad("min-available", "min_available_version may not be above min_decryption_version or min_encryption_version, nor go back; set both first");
    public static readonly ApiRefusal WrappingKeyMissing = Bad("wrapping-key", "there is no wrapping key for this import; read transit/wrapping_key again: each serves one import");
    public static readonly ApiRefusal ImportRefused = Bad("import", "the wrapped key cannot be opened, or is no key of the type; the wrapping key is spent");
    public static readonly ApiRefusal ImportHash = Bad("import-hash", "hash_function is SHA256, SHA384 or SHA512");

    public static readonly ApiRefusal Base64 = Bad("base64", "a value is no base64");
    public static readonly ApiRefusal Field = Bad("field", "a value is missing or of another type than expected");
    public static readonly ApiRefusal ContextMissing = Bad("context", "this key derives: context is required, in base64, at most 4096 bytes");
    public static readonly ApiRefusal ContextGiven = Bad("context-given", "this key does not derive: context has no meaning");
    public static readonly ApiRefusal AssociatedData = Bad("associated-data", "associated_data is base64, for aes256-gcm96 and chacha20-poly1305 keys alone");
    public static readonly ApiRefusal Ciphertext = Bad("ciphertext", "invalid ciphertext: it has the form vault:v1:BASE64");
    public static readonly ApiRefusal Forged = Bad("forged", "the ciphertext, its context or its associated data was changed, or another key made it");
    public static readonly ApiRefusal VersionUnknown = Bad("version-unknown", "the key has no such version");
    public static readonly ApiRefusal VersionTooOld = Bad("version-too-old", "the version is below the key's minimum (disallowed by policy: too old)");
    public static readonly ApiRefusal WrongType = Bad("operation", "this type of key does not support the operation");
    public static readonly ApiRefusal TooLong = Bad("too-long", "the plaintext is too long for this key");
    public static readonly ApiRefusal Exhausted = Bad("exhausted", "this version has encrypted as often as it may; use the latest, or rotate");
    public static readonly ApiRefusal HashUnknown = Bad("hash", "unknown hash; known: sha2-256, sha2-384, sha2-512, sha3-256, sha3-384, sha3-512");
    public static readonly ApiRefusal Prehashed = Bad("prehashed", "a prehashed input has the length of its hash; ed25519 keys take none");
    public static readonly ApiRefusal SignatureForm = Bad("signature-form", "signature_algorithm is pss or pkcs1v15, marshaling_algorithm asn1 or jws, salt_length auto, hash or the hash's length");
    public static readonly ApiRefusal SignatureMissing = Bad("signature", "verify takes one of signature and hmac, in the form vault:v1:…");
    public static readonly ApiRefusal RandomBounds = Bad("random", "random gives 1 to 131072 bytes, from the source platform, as base64 or hex");
    public static readonly ApiRefusal FormatUnknown = Bad("format", "format is hex or base64");
    public static readonly ApiRefusal DataKeyForm = Bad("datakey", "a data key is plaintext or wrapped, of 128, 256 or 512 bits");

    private static ApiRefusal Bad(string reason, string sentence) => new(StatusCodes.Status400BadRequest, reason, sentence);
}
