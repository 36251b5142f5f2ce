using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Messaging.Tests;

/// <summary>The real vault behind a line that a test can cut.</summary>
internal sealed class DetachableVault(IVault inner, TestState state) : IVault
{
    public ValueTask<Result<byte[][], VaultRefusal>> SealAsync(KeyScope scope, ReadOnlyMemory<Plaintext> items, CancellationToken ct)
        => state.IsVaultDetached ? new(VaultRefusal.Unavailable) : inner.SealAsync(scope, items, ct);

    public ValueTask<Result<byte[], VaultRefusal>[]> OpenAsync(
        CompanyId company, string application, ReadOnlyMemory<Ciphertext> items, CancellationToken ct)
        => state.IsVaultDetached
            ? new(Enumerable.Repeat<Result<byte[], VaultRefusal>>(VaultRefusal.Unavailable, items.Length).ToArray())
            : inner.OpenAsync(company, application, items, ct);

    public ValueTask<Result<int, VaultRefusal>> DestroyAsync(KeyScope scope, CancellationToken ct) => inner.DestroyAsync(scope, ct);

    public ValueTask<Result<byte[][], VaultRefusal>> SignAsync(SigningKey key, ReadOnlyMemory<ReadOnlyMemory<byte>> messages, CancellationToken ct)
        => inner.SignAsync(key, messages, ct);

    public ValueTask<Result<byte[], VaultRefusal>> GetPublicKeyAsync(SigningKey key, CancellationToken ct) => inner.GetPublicKeyAsync(key, ct);
}
