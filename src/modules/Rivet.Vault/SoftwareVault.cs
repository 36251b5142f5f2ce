using Microsoft.Extensions.Logging;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Storage;
using EventId = Rivet.Kernel.EventId;

namespace Rivet.Vault;

/// <summary>The vault over a key ring in software: data keys wrapped under their company's key, that under the root (a file's or a key module's), AES-256-GCM in this process.</summary>
internal sealed class SoftwareVault(
    RootKey root, KeyRing ring, KeyStore keys, DataKeys wrapping, SigningKeys signing, IStore store, TimeProvider time, ILogger<SoftwareVault> log)
    : IVault, IDisposable
{
    /// <summary>One load at a time for a scope, so that a crowd at a new key reserves one block and not one each.</summary>
    private readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public ValueTask<Result<byte[][], VaultRefusal>> SealAsync(KeyScope scope, ReadOnlyMemory<Plaintext> items, CancellationToken ct)
        => ring.HoldForSealing(scope, items.Length) is { } key ? new(SealAll(key, items.Span)) : SealSlowlyAsync(scope, items, ct);

    public ValueTask<Result<byte[], VaultRefusal>[]> OpenAsync(
        CompanyId company, string application, ReadOnlyMemory<Ciphertext> items, CancellationToken ct)
    {
        var opened = new Result<byte[], VaultRefusal>[items.Length];
        for (var index = 0; index < opened.Length; index++)
        {
            if (!TryOpenHere(company, application, items.Span[index], out opened[index]))
            {
                return OpenSlowlyAsync(company, application, items, opened, index, ct);
            }
        }

        return new(opened);
    }

    public async ValueTask<Result<int, VaultRefusal>> DestroyAsync(KeyScope scope, CancellationToken ct)
    {
        try
        {
            var count = await store.WriteAsync(transaction => Destroy(transaction, scope), ct);
            Log.Destroyed(log, count);
            return count;
        }
        catch (StoreUnavailableException exception)
        {
            Log.Unavailable(log, exception);
            return VaultRefusal.Unavailable;
        }
    }

    public async ValueTask<Result<byte[][], VaultRefusal>> SignAsync(
        SigningKey key, ReadOnlyMemory<ReadOnlyMemory<byte>> messages, CancellationToken ct)
    {
        if (await signing.FindAsync(key, ct) is not { } signer)
        {
            return VaultRefusal.Unavailable;
        }

        var signatures = new byte[messages.Length][];
        for (var index = 0; index < signatures.Length; index++)
        {
            signatures[index] = signer.Sign(messages.Span[index].Span);
        }

        return signatures;
    }

    public async ValueTask<Result<byte[], VaultRefusal>> GetPublicKeyAsync(SigningKey key, CancellationToken ct)
        => await signing.FindAsync(key, ct) is { } signer ? signer.PublicKey.ToArray() : VaultRefusal.Unavailable;

    public void Dispose() => Array.ForEach(turns, turn => turn.Dispose());

    private static Result<byte[][], VaultRefusal> SealAll(DataKey key, ReadOnlySpan<Plaintext> items)
    {
        using (key)
        {
            var ciphertexts = new byte[items.Length][];
            for (var index = 0; index < ciphertexts.Length; index++)
            {
                ciphertexts[index] = key.Seal(items[index]);
            }

            return ciphertexts;
        }
    }

    private async ValueTask<Result<byte[][], VaultRefusal>> SealSlowlyAsync(KeyScope scope, ReadOnlyMemory<Plaintext> items, CancellationToken ct)
    {
        if (!root.IsReady)
        {
            return VaultRefusal.Unavailable;
        }

        var turn = turns[(uint)scope.GetHashCode() % turns.Length];
        await turn.WaitAsync(ct);
        try
        {
            if (ring.HoldForSealing(scope, items.Length) is { } meanwhile)
            {
                return SealAll(meanwhile, items.Span);
            }

            return (await ReserveAsync(scope, items.Length, ct)).TryGet(out var key, out var why) ? SealAll(key, items.Span) : why;
        }
        catch (StoreUnavailableException exception)
        {
            Log.Unavailable(log, exception);
            return VaultRefusal.Unavailable;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Takes seals of the scope's key. A missing key is made and wrapped outside the transaction; whoever was quicker meanwhile has the say.</summary>
    private async Task<Result<DataKey, VaultRefusal>> ReserveAsync(KeyScope scope, int seals, CancellationToken ct)
    {
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var stamp = ring.Stamp;
            var reservation = await store.WriteAsync(transaction => keys.Reserve(transaction, scope, seals), ct);
            if (reservation.Row is { } row)
            {
                return row.Refusal is { } refusal ? refusal : await LoadAsync(row, seals, stamp, isCurrent: true, ct);
            }

            if (!(await wrapping.MakeAsync(scope, reservation, seals, ct)).TryGet(out var made, out var why))
            {
                return why;
            }

            if (await store.WriteAsync(transaction => keys.TryAdd(transaction, scope, reservation, made.Wrapped, made.WrappedBy), ct))
            {
                ring.Keep(made.Key, stamp, isCurrent: true);
                return made.Key;
            }

            made.Key.Dispose();
        }

        return VaultRefusal.Unavailable;
    }

    private bool TryOpenHere(CompanyId company, string application, Ciphertext item, out Result<byte[], VaultRefusal> opened)
    {
        if (!SealedHeader.TryRead(item.Bytes.Span, out var header))
        {
            opened = VaultRefusal.Forged;
            return true;
        }

        if (ring.Hold(header) is not { } key)
        {
            opened = default;
            return false;
        }

        opened = Open(key, company, application, item);
        return true;
    }

    private static Result<byte[], VaultRefusal> Open(DataKey key, CompanyId company, string application, Ciphertext item)
    {
        using (key)
        {
            if (!Serves(key.Scope, company, application))
            {
                return VaultRefusal.WrongScope;
            }

            return key.TryOpen(item) is { } plaintext ? plaintext : VaultRefusal.Forged;
        }
    }

    private async ValueTask<Result<byte[], VaultRefusal>[]> OpenSlowlyAsync(
        CompanyId company, string application, ReadOnlyMemory<Ciphertext> items, Result<byte[], VaultRefusal>[] opened, int from, CancellationToken ct)
    {
        for (var index = from; index < opened.Length; index++)
        {
            if (!TryOpenHere(company, application, items.Span[index], out opened[index]))
            {
                opened[index] = await LoadAndOpenAsync(company, application, items.Span[index], ct);
            }
        }

        return opened;
    }

    private async ValueTask<Result<byte[], VaultRefusal>> LoadAndOpenAsync(
        CompanyId company, string application, Ciphertext item, CancellationToken ct)
    {
        try
        {
            SealedHeader.TryRead(item.Bytes.Span, out var header);
            var stamp = ring.Stamp;
            var row = await store.ReadAsync(session => KeyStore.Find(session, header), ct);
            if (!root.IsReady)
            {
                return VaultRefusal.Unavailable;
            }

            if (row is null)
            {
                return VaultRefusal.Forged;
            }

            if (!Serves(row.Scope, company, application))
            {
                return VaultRefusal.WrongScope;
            }

            if (row.Refusal is { } refusal)
            {
                return refusal;
            }

            // A wrapped key that does not open is a fault of the store, told in the log; to the caller the key cannot be reached.
            return (await LoadAsync(row, 0, stamp, isCurrent: false, ct)).TryGet(out var key, out var why) ? Open(key, company, application, item)
                : why == VaultRefusal.Forged ? VaultRefusal.Unavailable : why;
        }
        catch (StoreUnavailableException exception)
        {
            Log.Unavailable(log, exception);
            return VaultRefusal.Unavailable;
        }
    }

    private async ValueTask<Result<DataKey, VaultRefusal>> LoadAsync(KeyRow row, int alreadyTaken, long stamp, bool isCurrent, CancellationToken ct)
    {
        if (!(await wrapping.UnwrapAsync(row, alreadyTaken, ct)).TryGet(out var key, out var why))
        {
            if (why == VaultRefusal.Forged)
            {
                Log.KeyDamaged(log, row.Header.KeyId, row.Header.Epoch);
            }

            return why;
        }

        ring.Keep(key, stamp, isCurrent);
        return key;
    }

    private int Destroy(WriteTransaction transaction, KeyScope scope)
    {
        var count = KeyStore.Destroy(transaction, scope);
        transaction.Record(new SecurityEvent
        {
            Id = EntityId.New<EventId>(time),
            At = time.GetUtcNow(),
            Kind = VaultEvents.KeyDestroyed,
            Actor = Subject.OfSystem(scope.Company),
            Target = new("vault-scope", scope.Holder.Id, scope.Company),
            Outcome = EventOutcome.Success,
            Details = new Dictionary<string, string>
            {
                ["application"] = scope.Application,
                ["holder"] = scope.Holder.Kind.ToString(),
                ["period"] = scope.Period.Month.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["keys"] = count.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        });
        transaction.ForgetOverwritten();
        transaction.AfterCommit(() => ring.Forget(found => Covers(scope, found)));
        return count;
    }

    private static bool Covers(KeyScope destroyed, KeyScope found)
        => found == destroyed || (destroyed.Period == KeyPeriod.Unbounded && found with { Period = KeyPeriod.Unbounded } == destroyed);

    private static bool Serves(KeyScope scope, CompanyId company, string application)
        => scope.Company == company && string.Equals(scope.Application, application, StringComparison.Ordinal);
}
