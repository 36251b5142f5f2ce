namespace Rivet.Cryptography.Pkcs11;

/// <summary>Which token of which module, and how to sign in to it.</summary>
public sealed record KeyModuleSettings
{
    /// <summary>Path of the module's PKCS#11 library.</summary>
    public required string Library { get; init; }

    /// <summary>Label of the token. Slots are not named: their numbers change.</summary>
    public required string Token { get; init; }

    /// <summary>Where the user's PIN is read, at every sign-in.</summary>
    public required TokenPin Pin { get; init; }

    /// <summary>Most sessions at once beside the one that stays signed in; further calls wait for one.</summary>
    public int MaxSessions { get; init; } = 8;

    /// <summary>How long a module that could not be reached is left alone before it is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a call may take, sign-in included, before its caller is told that the module is unavailable; making a key pair may take ten times as long.</summary>
    public TimeSpan CallBudget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether keys may be imported by OAEP with SHA-1 where the module offers no SHA-256 (SoftHSM 2.6.1). Nothing is known that breaks it, OAEP needing no
    /// hash that resists collisions, but it is not what is chosen unasked.
    /// </summary>
    public bool AllowsOaepSha1 { get; init; }
}
