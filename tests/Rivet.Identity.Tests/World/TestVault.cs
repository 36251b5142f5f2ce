using System.Collections.Concurrent;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Identity.Tests;

/// <summary>A vault in memory, with real ciphertexts, that a test can make unavailable.</summary>
internal sealed class TestVault : IVault
{
    private readonly ConcurrentDictionary<KeyScope, AesGcmKey> current = new();
    private readonly ConcurrentDictionary<Guid, (KeyScope Scope, AesGcmKey Key)> keys = new();
    private readonly ConcurrentDictionary<SigningKey, Ed25519Key> signing = new();

    public bool IsUnavailable { get; set; }

    public ValueTask<Result<byte[][], VaultRefusal>> SealAsync(KeyScope scope, ReadOnlyMemory<Plaintext> items, CancellationToken ct)
    {
        if (IsUnavailable)
        {
            return new(VaultRefusal.Unavailable);
        }

        var key = current.GetOrAdd(
            scope, _ => new AesGcmKey(new SealedHeader(Guid.NewGuid(), 1), System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)));
        keys.TryAdd(key.Header.KeyId, (scope, key));
        return new(items.ToArray().Select(item => key.Seal(item.Bytes.Span, item.Context.Span)).ToArray());
    }

    public ValueTask<Result<byte[], VaultRefusal>[]> OpenAsync(
        CompanyId company, string application, ReadOnlyMemory<Ciphertext> items, CancellationToken ct)
        => new(items.ToArray().Select(item => IsUnavailable ? VaultRefusal.Unavailable : Open(company, application, item)).ToArray());

    public ValueTask<Result<int, VaultRefusal>> DestroyAsync(KeyScope scope, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<Result<byte[][], VaultRefusal>> SignAsync(
        SigningKey key, ReadOnlyMemory<ReadOnlyMemory<byte>> messages, CancellationToken ct)
        => IsUnavailable
            ? new(VaultRefusal.Unavailable)
            : new(messages.ToArray().Select(message => KeyOf(key).Sign(message.Span)).ToArray());

    public ValueTask<Result<byte[], VaultRefusal>> GetPublicKeyAsync(SigningKey key, CancellationToken ct)
        => IsUnavailable ? new(VaultRefusal.Unavailable) : new(KeyOf(key).PublicKey.ToArray());

    private Ed25519Key KeyOf(SigningKey key) => signing.GetOrAdd(key, _ => Ed25519Key.Create());

    private Result<byte[], VaultRefusal> Open(CompanyId company, string application, Ciphertext item)
        => !SealedHeader.TryRead(item.Bytes.Span, out var header) || !keys.TryGetValue(header.KeyId, out var found) ? VaultRefusal.Forged
            : found.Scope.Company != company || found.Scope.Application != application ? VaultRefusal.WrongScope
            : found.Key.TryOpen(item.Bytes.Span, item.Context.Span) is { } plaintext ? plaintext
            : VaultRefusal.Forged;
}
