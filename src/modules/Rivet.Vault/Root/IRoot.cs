using Rivet.Cryptography.Pkcs11;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>
/// What wraps the keys that the store holds, in the format of <see cref="Rivet.Cryptography.SealedHeader"/>: the key id of a wrapped
/// row is the root's. It answers <see cref="VaultRefusal.Unavailable"/> or <see cref="VaultRefusal.Forged"/>, never an exception.
/// </summary>
internal interface IRoot : IDisposable
{
    RootKind Kind { get; }

    /// <summary>Looks whether it can be used now.</summary>
    ModuleState Check();

    Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding);

    /// <summary>Opens what it wrapped; the caller zeroes it.</summary>
    Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding);
}
