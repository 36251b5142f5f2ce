using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>
/// Seals and opens everything the product stores, and signs for it. Keys never leave the vault. The contract is
/// asynchronous and batched because a root may live in a key module or with the customer; with a cached data key the
/// calls complete synchronously.
/// </summary>
/// <remarks>
/// Every ciphertext carries format version, key id and epoch (<see cref="Rivet.Cryptography.SealedHeader"/>).
/// Associated data must be fixed before anything is ordered or stored: identifiers, never sequence numbers.
/// </remarks>
public interface IVault
{
    /// <summary>Seals all items under the scope's current key, or none. Gives ciphertexts in the order of the items.</summary>
    ValueTask<Result<byte[][], VaultRefusal>> SealAsync(KeyScope scope, ReadOnlyMemory<Plaintext> items, CancellationToken ct);

    /// <summary>
    /// Opens each item by itself: its own plaintext or its own refusal, in the order of the items. The ciphertext names
    /// its key; a key of another company or application is refused.
    /// </summary>
    ValueTask<Result<byte[], VaultRefusal>[]> OpenAsync(
        CompanyId company, string application, ReadOnlyMemory<Ciphertext> items, CancellationToken ct);

    /// <summary>
    /// Destroys every key of the scope, all its epochs; with <see cref="KeyPeriod.Unbounded"/> of all its periods.
    /// What they sealed answers <see cref="VaultRefusal.Destroyed"/> from then on. Cannot be undone.
    /// </summary>
    /// <returns>How many keys were destroyed.</returns>
    ValueTask<Result<int, VaultRefusal>> DestroyAsync(KeyScope scope, CancellationToken ct);

    /// <summary>Signs each message with the named Ed25519 key of a company (or, with an empty company, the platform); the key is made at first use.</summary>
    ValueTask<Result<byte[][], VaultRefusal>> SignAsync(SigningKey key, ReadOnlyMemory<ReadOnlyMemory<byte>> messages, CancellationToken ct);

    /// <summary>The public half of a signing key, 32 bytes; the key is made at first use.</summary>
    ValueTask<Result<byte[], VaultRefusal>> GetPublicKeyAsync(SigningKey key, CancellationToken ct);
}

/// <summary>Something to seal.</summary>
/// <param name="Bytes">The plaintext.</param>
/// <param name="Context">The associated data: what the ciphertext is, in fixed identifiers.</param>
public readonly record struct Plaintext(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Context);

/// <summary>Something to open.</summary>
/// <param name="Bytes">As sealed.</param>
/// <param name="Context">The same associated data.</param>
public readonly record struct Ciphertext(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Context);

/// <summary>Names a signing key.</summary>
/// <param name="Company">Whose; empty for the platform.</param>
/// <param name="Purpose">What for, such as <c>server-identity</c>; a key serves one purpose.</param>
public readonly record struct SigningKey(CompanyId Company, string Purpose);

/// <summary>Why the vault refuses.</summary>
public enum VaultRefusal
{
    /// <summary>The key cannot be reached now; trying again later may succeed.</summary>
    Unavailable = 1,

    /// <summary>The key was destroyed; nothing will bring the content back.</summary>
    Destroyed = 2,

    /// <summary>The ciphertext or its context was changed, or it is none of ours.</summary>
    Forged = 3,

    /// <summary>The ciphertext belongs to another company or application.</summary>
    WrongScope = 4,

    /// <summary>The company's key is withheld, by its administrators or by its own key service; what is stored is whole, and readable when the key is granted again.</summary>
    Withheld = 5,

    /// <summary>The key is wrapped under a version of the company's key that is no longer accepted.</summary>
    Outdated = 6,
}

/// <summary>What refusals have in common.</summary>
public static class VaultRefusals
{
    /// <summary>Whether the same may succeed later: nothing is lost.</summary>
    public static bool MayPass(this VaultRefusal refusal) => refusal is VaultRefusal.Unavailable or VaultRefusal.Withheld;
}
