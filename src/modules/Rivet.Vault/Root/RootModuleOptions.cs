using Rivet.Cryptography.Pkcs11;

namespace Rivet.Vault;

/// <summary>Which key module holds the root, instead of a file.</summary>
public sealed record RootModuleOptions
{
    /// <summary>Path of the module's PKCS#11 library.</summary>
    public required string Library { get; init; }

    /// <summary>Label of the token.</summary>
    public required string Token { get; init; }

    /// <summary>The file whose first line is the token's user PIN, for its owner only.</summary>
    public required string PinFile { get; init; }

    /// <summary>For tests with a module that knows no other hash: lets keys be imported by OAEP with SHA-1.</summary>
    internal bool AllowsOaepSha1 { get; init; }

    internal KeyModuleSettings ToSettings() => new() { Library = Library, Token = Token, Pin = TokenPin.FromFile(PinFile), AllowsOaepSha1 = AllowsOaepSha1 };
}
