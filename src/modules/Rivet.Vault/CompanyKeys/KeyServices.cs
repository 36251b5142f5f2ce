using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Outgoing;
using Rivet.Kernel;
using Rivet.Vault.External;

namespace Rivet.Vault;

/// <summary>The customers' own key services: a company's key in such custody opens only when the service and the root both open it.</summary>
internal sealed class KeyServices(RootKey root, IOptions<VaultOptions> options, TimeProvider time, Chance chance, ILogger<KeyServices> log) : IDisposable
{
    private readonly ConcurrentDictionary<(CompanyId Company, uint Version), XksClient> clients = new();

    /// <summary>Makes a secret, and wraps it at the service and then under the root: the row to store, nothing stored yet.</summary>
    public async Task<Result<CompanyKeyRow, VaultRefusal>> MakeAsync(CompanyId company, SealedHeader name, KeyServicePlace place, CancellationToken ct)
    {
        if (!place.TryConnect(company, options.Value, time, chance, out var client))
        {
            return VaultRefusal.Forged;
        }

        using (client)
        {
            var secret = RandomNumberGenerator.GetBytes(AesGcmKey.KeySize);
            try
            {
                var binding = Binding.OfCompanyKey(company, name, Custody.External);
                // The first call pays for the connection, and for a service that has just started: it is asked once more.
                var made = await client.WrapAsync(secret, binding, ct);
                if (!made.IsOk && made.Refusal.Meaning() == XksMeaning.Unavailable)
                {
                    made = await client.WrapAsync(secret, binding, ct);
                }

                if (!made.TryGet(out var outside, out var refusal))
                {
                    return Tell(company, refusal);
                }

                // What it will not give back was never ours to use.
                if (!(await client.UnwrapAsync(outside, binding, ct)).TryGet(out var again, out refusal))
                {
                    return Tell(company, refusal);
                }

                CryptographicOperations.ZeroMemory(again);
                return root.Wrap(outside, binding).TryGet(out var wrapped, out var why) && root.Wrap(place.ToBytes(), Binding.OfPlace(company, name)).TryGet(out var there, out why)
                    ? new CompanyKeyRow
                    {
                        Company = company, KeyId = name.KeyId, Version = name.Epoch, Custody = Custody.External, Wrapped = wrapped, Place = there,
                        CreatedMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    }
                    : why;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(secret);
            }
        }
    }

    /// <summary>Asks the service for a key; the caller zeroes it. Nothing is remembered of an answer.</summary>
    public async ValueTask<Result<byte[], VaultRefusal>> OpenAsync(CompanyKeyRow row, CancellationToken ct)
    {
        var binding = Binding.OfCompanyKey(row.Company, row.Name, Custody.External);
        if (!root.Unwrap(row.Wrapped, binding).TryGet(out var outside, out var why))
        {
            return why;
        }

        if (!Client(row).TryGet(out var client, out why))
        {
            return why;
        }

        return (await client.UnwrapAsync(outside, binding, ct)).TryGet(out var secret, out var refusal) ? secret : Tell(row.Company, refusal);
    }

    /// <summary>Where the service of a version is, without what signs to it; null when it cannot be read.</summary>
    public KeyServicePlace? PlaceOf(CompanyKeyRow row)
    {
        if (row.Place is null || !root.Unwrap(row.Place, Binding.OfPlace(row.Company, row.Name)).TryGet(out var bytes, out _))
        {
            return null;
        }

        var place = KeyServicePlace.TryRead(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return place;
    }

    public void Dispose()
    {
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }
    }

    private Result<XksClient, VaultRefusal> Client(CompanyKeyRow row)
    {
        if (clients.TryGetValue((row.Company, row.Version), out var known))
        {
            return known;
        }

        if (PlaceOf(row) is not { } place || !place.TryConnect(row.Company, options.Value, time, chance, out var made))
        {
            return VaultRefusal.Unavailable;
        }

        var kept = clients.GetOrAdd((row.Company, row.Version), made);
        if (kept != made)
        {
            made.Dispose();
        }

        return kept;
    }

    private VaultRefusal Tell(CompanyId company, XksRefusal refusal)
    {
        Log.KeyServiceRefused(log, company.Value, refusal);
        return refusal.Meaning() switch
        {
            XksMeaning.Refused => VaultRefusal.Withheld,
            XksMeaning.Unavailable => VaultRefusal.Unavailable,
            _ => VaultRefusal.Forged,
        };
    }
}
