using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Vault;

/// <summary>Why a question about a company's key is refused.</summary>
internal enum KeyRefusal
{
    WrongPermit = 1,
    Unavailable = 2,

    /// <summary>The company stored nothing yet: it has no key.</summary>
    NoKey = 3,

    /// <summary>The key stands so that this cannot be done to it.</summary>
    WrongState = 4,

    /// <summary>The same was asked for already and waits.</summary>
    AlreadyAsked = 5,

    NoRequest = 6,

    /// <summary>It was decided, or is too old.</summary>
    NotOpen = 7,

    /// <summary>Who asked cannot approve.</summary>
    SamePerson = 8,

    /// <summary>Only a person can ask or approve.</summary>
    NoPerson = 9,

    BadReason = 10,
    BadVersion = 11,

    /// <summary>Data keys are still wrapped under those versions.</summary>
    StillInUse = 12,

    /// <summary>The key was changed since: ask anew.</summary>
    Stale = 13,

    BadKeyService = 14,
    KeyServiceRefuses = 15,
    KeyServiceUnavailable = 16,

    /// <summary>An imported key is rotated by importing another.</summary>
    ImportAnother = 17,

    NoImport = 18,
    BadImport = 19,
    TooManyImports = 20,

    /// <summary>The key module imports in no way that is allowed.</summary>
    ImportNotOffered = 21,
}

internal static class KeyRefusals
{
    /// <summary>The refusal as the wire says it.</summary>
    public static Refusal ToWire(this KeyRefusal refusal) => refusal switch
    {
        KeyRefusal.WrongPermit => Refusals.Denied("access.denied"),
        KeyRefusal.Unavailable => Refusals.Unavailable("vault.unavailable", "The key cannot be reached now; nothing was done."),
        KeyRefusal.NoKey => Refusals.NotFound("key.none", "The company has stored nothing yet: it has no key."),
        KeyRefusal.WrongState => Refusals.Conflict("key.state", "The key stands so that this cannot be done to it; nothing was changed."),
        KeyRefusal.AlreadyAsked => Refusals.Conflict("key.already-asked", "The same was asked for already and waits for another administrator."),
        KeyRefusal.NoRequest => Refusals.NotFound("key.no-request", "There is no such request."),
        KeyRefusal.NotOpen => Refusals.Conflict("key.not-open", "The request was decided already, or is older than seven days."),
        KeyRefusal.SamePerson => Refusals.Conflict("key.same-person", "Whoever asked cannot approve: another administrator must."),
        KeyRefusal.NoPerson => Refusals.Denied("access.denied"),
        KeyRefusal.BadReason => Refusals.Invalid("key.reason", "A reason has 1 to 200 characters."),
        KeyRefusal.BadVersion => Refusals.Invalid("key.version", "There is no such version, or it is the one that wraps now."),
        KeyRefusal.StillInUse => Refusals.Conflict("key.in-use", "Data keys are still wrapped under an older version; wait until they are wrapped anew."),
        KeyRefusal.Stale => Refusals.Conflict("key.stale", "The key was changed since this was asked for; ask anew."),
        KeyRefusal.BadKeyService => Refusals.Invalid("key.service", "The address, key, region, certificate or credential of the key service is none."),
        KeyRefusal.KeyServiceRefuses => Refusals.Conflict("key.service-refuses", "The key service refuses: look whether its key is enabled and the credential is right."),
        KeyRefusal.KeyServiceUnavailable => Refusals.Unavailable("key.service-unavailable", "The key service gave no right answer within 250 ms; nothing was changed."),
        KeyRefusal.ImportAnother => Refusals.Conflict("key.import-another", "An imported key is rotated by importing another."),
        KeyRefusal.NoImport => Refusals.NotFound("key.no-import", "There is no such import, or it was used, or is older than its half hour; begin another."),
        KeyRefusal.BadImport => Refusals.Invalid("key.import", "The wrapped key does not open to an AES key of 256 bits under the public key of this import. The import was used up; begin another."),
        KeyRefusal.TooManyImports => Refusals.Conflict("key.imports", "Too many imports are open; use one, or wait half an hour."),
        KeyRefusal.ImportNotOffered => Refusals.Conflict("key.import-not-offered", "The key module cannot import a key that was wrapped with RSA-OAEP and SHA-256."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, null),
    };

    /// <summary>What the vault's refusal means to whoever changes keys.</summary>
    public static KeyRefusal Of(VaultRefusal refusal) => refusal switch
    {
        VaultRefusal.Withheld => KeyRefusal.KeyServiceRefuses,
        VaultRefusal.Destroyed => KeyRefusal.WrongState,
        _ => KeyRefusal.Unavailable,
    };
}
