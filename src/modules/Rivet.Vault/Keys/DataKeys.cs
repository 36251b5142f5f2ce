using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>Wraps data keys under their company's key, and unwraps them.</summary>
internal sealed class DataKeys(RootKey root, CompanyKeys companies, TimeProvider time)
{
    /// <summary>Unwraps a row; the row's own standing was looked at by the caller.</summary>
    public async ValueTask<Result<DataKey, VaultRefusal>> UnwrapAsync(KeyRow row, int alreadyTaken, CancellationToken ct)
    {
        if (!(await WrapperOfAsync(row, ct)).TryGet(out var wrapper, out var why)
            || !wrapper.Wrapper.Unwrap(row.Wrapped, Binding.OfKey(row.Header, row.Scope)).TryGet(out var secret, out why))
        {
            return why;
        }

        try
        {
            return secret.Length == AesGcmKey.KeySize
                ? new DataKey(row.Scope, row.Header, secret, row.Reserved - alreadyTaken, time.GetTimestamp())
                : VaultRefusal.Forged;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Makes the key that a reservation asks for, wrapped; nothing is stored yet.</summary>
    public async ValueTask<Result<MadeKey, VaultRefusal>> MakeAsync(KeyScope scope, Reservation reservation, int alreadyTaken, CancellationToken ct)
    {
        if (!(await companies.CurrentAsync(scope.Company, ct)).TryGet(out var company, out var why))
        {
            return why;
        }

        return Make(scope, reservation, alreadyTaken, company);
    }

    /// <summary>Wraps a key under another version; null when it does not open under its own, or the other does not wrap now.</summary>
    public async ValueTask<Result<byte[], VaultRefusal>> RewrapAsync(KeyRow row, CompanyKey under, CancellationToken ct)
    {
        var binding = Binding.OfKey(row.Header, row.Scope);
        if (!(await WrapperOfAsync(row, ct)).TryGet(out var old, out var why) || !old.Wrapper.Unwrap(row.Wrapped, binding).TryGet(out var secret, out why))
        {
            return why;
        }

        var wrapped = under.Wrapper.Wrap(secret, binding);
        CryptographicOperations.ZeroMemory(secret);
        return wrapped;
    }

    private Result<MadeKey, VaultRefusal> Make(KeyScope scope, Reservation reservation, int alreadyTaken, CompanyKey company)
    {
        Span<byte> secret = stackalloc byte[AesGcmKey.KeySize];
        RandomNumberGenerator.Fill(secret);
        try
        {
            return company.Wrapper.Wrap(secret, Binding.OfKey(reservation.Header, scope)).TryGet(out var wrapped, out var why)
                ? new MadeKey(new DataKey(scope, reservation.Header, secret, reservation.Seals - alreadyTaken, time.GetTimestamp()), wrapped, company.Version)
                : why;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>What a row says of its wrapping and what its head says must agree; the head is authenticated.</summary>
    private async ValueTask<Result<CompanyKey, VaultRefusal>> WrapperOfAsync(KeyRow row, CancellationToken ct)
    {
        if (row.WrappedBy == 0)
        {
            return root.Root is { } found ? new CompanyKey(0, found) : VaultRefusal.Unavailable;
        }

        return SealedHeader.TryRead(row.Wrapped, out var name) && name.Epoch == row.WrappedBy
            ? await companies.FindAsync(row.Scope.Company, name, ct)
            : VaultRefusal.Forged;
    }
}

/// <summary>A new data key and its wrapped form.</summary>
internal readonly record struct MadeKey(DataKey Key, byte[] Wrapped, uint WrappedBy);
