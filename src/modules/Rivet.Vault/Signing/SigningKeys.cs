using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>Ed25519 keys: seeds wrapped under the root, made at first use, kept in memory from then on.</summary>
internal sealed class SigningKeys(RootKey root, IStore store, TimeProvider time, ILogger<SigningKeys> log) : IDisposable
{
    private readonly ConcurrentDictionary<SigningKey, Ed25519Key> known = new();

    /// <summary>Finds or makes a key; null while it cannot be reached.</summary>
    public ValueTask<Ed25519Key?> FindAsync(SigningKey key, CancellationToken ct)
        => known.TryGetValue(key, out var signer) ? new(signer) : FindInStoreAsync(key, ct);

    public void Dispose()
    {
        foreach (var signer in known.Values)
        {
            signer.Dispose();
        }
    }

    private async ValueTask<Ed25519Key?> FindInStoreAsync(SigningKey key, CancellationToken ct)
    {
        if (!root.IsReady)
        {
            return null;
        }

        try
        {
            var binding = Binding.OfSigningKey(key);
            var wrapped = await store.ReadAsync(session => Find(session, key), ct) ?? await MakeAsync(key, binding, ct);
            if (wrapped is null)
            {
                return null;
            }

            if (!root.Unwrap(wrapped, binding).TryGet(out var seed, out var why))
            {
                if (why == VaultRefusal.Forged)
                {
                    Log.SigningKeyDamaged(log, key.Purpose);
                }

                return null;
            }

            var signer = Ed25519Key.FromSeed(seed);
            CryptographicOperations.ZeroMemory(seed);
            var kept = known.GetOrAdd(key, signer);
            if (kept != signer)
            {
                signer.Dispose();
            }

            return kept;
        }
        catch (StoreUnavailableException exception)
        {
            Log.Unavailable(log, exception);
            return null;
        }
    }

    private static byte[]? Find(ReadSession session, SigningKey key)
        => session.QueryFirst(
            "SELECT wrapped FROM vault_signing_key WHERE company = $1 AND purpose = $2",
            row => (byte[])row.GetValue(0), key.Company.ToBytes(), key.Purpose);

    /// <summary>Wraps outside the transaction; whoever was quicker has the say. Null, and nothing written, when the root cannot be reached.</summary>
    private async Task<byte[]?> MakeAsync(SigningKey key, byte[] binding, CancellationToken ct)
    {
        var seed = RandomNumberGenerator.GetBytes(Ed25519Key.SeedSize);
        var result = root.Wrap(seed, binding);
        CryptographicOperations.ZeroMemory(seed);
        return result.TryGet(out var wrapped, out _)
            ? await store.WriteAsync(transaction => Find(transaction, key) ?? Add(transaction, key, wrapped), ct)
            : null;
    }

    private byte[] Add(WriteTransaction transaction, SigningKey key, byte[] wrapped)
    {
        transaction.Execute(
            "INSERT INTO vault_signing_key (company, purpose, wrapped, created_ms) VALUES ($1, $2, $3, $4)",
            key.Company.ToBytes(), key.Purpose, wrapped, time.GetUtcNow().ToUnixTimeMilliseconds());
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = VaultEvents.SigningKeyMade,
            Actor = Subject.OfSystem(key.Company),
            Target = new("signing-key", key.Company.Value, key.Company),
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string> { ["purpose"] = key.Purpose },
        });
        return wrapped;
    }
}
