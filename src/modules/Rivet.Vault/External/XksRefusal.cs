namespace Rivet.Vault.External;

/// <summary>Why a customer's key service did not serve a key.</summary>
internal enum XksRefusal
{
    /// <summary>The customer disabled or blocked the key (InvalidStateException).</summary>
    Disabled = 1,

    /// <summary>The customer does not allow this use (AccessDeniedException, InvalidKeyUsageException).</summary>
    Denied = 2,

    /// <summary>The service has no such key any more (KeyNotFoundException).</summary>
    NotFound = 3,

    /// <summary>The service does not believe our signature: the credential was withdrawn, or a clock is wrong (AuthenticationFailedException).</summary>
    NotBelieved = 4,

    /// <summary>No whole answer within the budget.</summary>
    TooSlow = 10,

    /// <summary>No connection, or it broke.</summary>
    Unreachable = 11,

    /// <summary>Its certificate is not the one that was agreed.</summary>
    Untrusted = 12,

    /// <summary>It sends elsewhere; nobody follows.</summary>
    Redirects = 13,

    /// <summary>Its answer is none that the specification knows: form, length, status.</summary>
    Malformed = 14,

    /// <summary>Its answer contradicts itself or what was wrapped: integrity value, length of the key, another key, the key in clear.</summary>
    Lying = 15,

    /// <summary>It says itself that it cannot now: throttled, its module is slow or gone.</summary>
    Failing = 16,

    /// <summary>It failed so often that it is left alone for a while; nothing was sent.</summary>
    Resting = 17,

    /// <summary>What was to be unwrapped was changed, or belongs to another context.</summary>
    Forged = 20,

    /// <summary>What was to be unwrapped names another key than this service's.</summary>
    OtherKey = 21,
}

/// <summary>What a refusal means for whoever wanted the key.</summary>
internal enum XksMeaning
{
    /// <summary>The customer says no. Forget the key; asking again later is right only because the customer may grant it again.</summary>
    Refused = 1,

    /// <summary>Nobody knows; asking again later may succeed.</summary>
    Unavailable = 2,

    /// <summary>The wrapped key itself is wrong; asking again will not help.</summary>
    Forged = 3,
}

internal static class XksRefusals
{
    public static XksMeaning Meaning(this XksRefusal refusal)
        => refusal < XksRefusal.TooSlow ? XksMeaning.Refused : refusal < XksRefusal.Forged ? XksMeaning.Unavailable : XksMeaning.Forged;
}
