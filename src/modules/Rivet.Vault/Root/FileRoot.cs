using Rivet.Cryptography.Pkcs11;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>The root of a file, in this process's memory.</summary>
internal sealed class FileRoot(AesGcmKey key, RootSealKind seal) : IRoot
{
    /// <summary>How its file is sealed.</summary>
    public RootSealKind Seal => seal;

    public RootKind Kind => RootKind.File;

    public ModuleState Check() => ModuleState.Ready;

    public Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding) => key.Seal(secret, binding);

    public Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding)
        => key.TryOpen(wrapped, binding) is { } secret ? secret : VaultRefusal.Forged;

    public void Dispose() => key.Dispose();

    public override string ToString() => "[redacted]";
}
