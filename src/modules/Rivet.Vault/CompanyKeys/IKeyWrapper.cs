using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>
/// What wraps other keys, in the format of <see cref="Rivet.Cryptography.SealedHeader"/>: the head of what it wrapped names it.
/// It answers <see cref="VaultRefusal.Unavailable"/> or <see cref="VaultRefusal.Forged"/>, never an exception. Safe between threads.
/// </summary>
internal interface IKeyWrapper : IDisposable
{
    Result<byte[], VaultRefusal> Wrap(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> binding);

    /// <summary>Opens what it wrapped; the caller zeroes it.</summary>
    Result<byte[], VaultRefusal> Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> binding);
}
