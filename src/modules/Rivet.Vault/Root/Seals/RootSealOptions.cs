using Rivet.Cryptography.Sodium;

namespace Rivet.Vault;

/// <summary>How the root key's file is opened, and how a new one is sealed. Nothing said: a new one is plain, and one that is sealed by a TPM says itself where that is.</summary>
public sealed record RootSealOptions
{
    /// <summary>The file whose first line is the passphrase, for its owner only.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>Where the TPM is: <c>/dev/tpmrm0</c>, or <c>tcp:HOST:PORT</c> of a software TPM on this machine.</summary>
    public string? Tpm { get; init; }

    /// <summary>Asks somebody for the passphrase, in UTF-8, which is zeroed after; null, or a null answer, where nobody can be asked. Given the file's path.</summary>
    public Func<string, byte[]?>? Ask { get; init; }

    /// <summary>The folder of credentials that a service manager made for this process alone; a file <see cref="CredentialName"/> in it is the passphrase where none is named.</summary>
    public string? CredentialsFolder { get; init; }

    /// <summary>Name of the credential.</summary>
    public const string CredentialName = "rivet-root-passphrase";

    /// <summary>What deriving a key from the passphrase takes.</summary>
    internal PassphraseCost Cost { get; init; } = new(256 * 1024, 3);

    /// <summary>What a root is to be sealed by.</summary>
    internal RootSealKind Wanted => Tpm is not null ? RootSealKind.Tpm
        : PassphraseFile is not null || Credential is not null ? RootSealKind.Passphrase
        : RootSealKind.None;

    internal string? Credential
        => CredentialsFolder is { Length: > 0 } folder && Path.Combine(folder, CredentialName) is var file && File.Exists(file) ? file : null;

    /// <summary>Names what was said, never a secret.</summary>
    public override string ToString() => Wanted switch
    {
        RootSealKind.Tpm => $"the TPM at {Tpm}",
        RootSealKind.Passphrase => $"the passphrase in {PassphraseFile ?? Credential}",
        _ => "nothing",
    };
}
