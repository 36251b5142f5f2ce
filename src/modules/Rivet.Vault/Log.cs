using Microsoft.Extensions.Logging;

namespace Rivet.Vault;

internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Warning, "A new root key was made in {File}. It is a file, not hardware. Keep a copy apart from the data: without it nothing stored can be read")]
    public static partial void RootMade(ILogger logger, string file);

    [LoggerMessage(3002, LogLevel.Error, "Key {KeyId} epoch {Epoch} cannot be unwrapped: its row was changed")]
    public static partial void KeyDamaged(ILogger logger, Guid keyId, uint epoch);

    [LoggerMessage(3003, LogLevel.Error, "Signing key {Purpose} cannot be unwrapped: its row was changed")]
    public static partial void SigningKeyDamaged(ILogger logger, string purpose);

    [LoggerMessage(3004, LogLevel.Warning, "The vault cannot reach its keys")]
    public static partial void Unavailable(ILogger logger, Exception exception);

    [LoggerMessage(3005, LogLevel.Information, "{Count} keys were destroyed")]
    public static partial void Destroyed(ILogger logger, int count);

    [LoggerMessage(3006, LogLevel.Warning, "A new root key, {Label}, was made inside the token {Token}. It cannot be copied: without the token, or the token's own backup, nothing stored can be read")]
    public static partial void ModuleRootMade(ILogger logger, string label, string token);

    [LoggerMessage(3007, LogLevel.Error, "The key module with the root cannot be used: {Reason} Keys in memory go on")]
    public static partial void ModuleLost(ILogger logger, string reason);

    [LoggerMessage(3008, LogLevel.Warning, "The key module with the root answers again")]
    public static partial void ModuleBack(ILogger logger);

    [LoggerMessage(3009, LogLevel.Warning, "A new root key was made in {File}, sealed by a passphrase. It is software, not hardware. Keep the passphrase and a copy of the file, each apart from the data: without both nothing stored can be read")]
    public static partial void PassphraseRootMade(ILogger logger, string file);

    [LoggerMessage(3010, LogLevel.Warning, "A new root key was made in {File}, sealed by this machine's TPM. It opens on no other machine, and is software while the server runs, not a hardware module. Split it into shares now (rivet recover split): without this TPM nothing stored can be read")]
    public static partial void TpmRootMade(ILogger logger, string file);

    [LoggerMessage(3011, LogLevel.Warning, "That the key module was lost or answers again is not in the security log yet; it is tried again")]
    public static partial void ReachNotRecorded(ILogger logger, Exception exception);

    [LoggerMessage(3020, LogLevel.Error, "Version {Version} of the key of company {Company} cannot be used: its row was changed")]
    public static partial void CompanyKeyDamaged(ILogger logger, Guid company, uint version);

    [LoggerMessage(3021, LogLevel.Warning, "The key service of company {Company} did not open its key: {Refusal}")]
    public static partial void KeyServiceRefused(ILogger logger, Guid company, External.XksRefusal refusal);

    [LoggerMessage(3022, LogLevel.Warning, "The key of company {Company} was changed: {Action}")]
    public static partial void KeyChanged(ILogger logger, KeyAction action, Guid company);

    [LoggerMessage(3023, LogLevel.Information, "{Count} data keys of company {Company} were wrapped anew under version {Version}")]
    public static partial void Rewrapped(ILogger logger, long count, Guid company, uint version);

    [LoggerMessage(3024, LogLevel.Error, "The key of company {Company} is withheld: {Reason}. Nothing of it can be read")]
    public static partial void Withheld(ILogger logger, Guid company, string reason);

    [LoggerMessage(3025, LogLevel.Warning, "The key of company {Company} is granted again")]
    public static partial void Granted(ILogger logger, Guid company);

    [LoggerMessage(3026, LogLevel.Warning, "The key of company {Company} and {Count} data keys were destroyed")]
    public static partial void CompanyDestroyed(ILogger logger, Guid company, int count);
}
