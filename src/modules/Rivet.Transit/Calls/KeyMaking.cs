using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>Makes the first version of a key, of material made here or elsewhere.</summary>
internal sealed class KeyMaking(KeyChest chest, IOptions<TransitOptions> options, TimeProvider time)
{
    public async ValueTask<Result<Answer, ApiRefusal>> MakeAsync(
        TransitPermit permit, KeySettings settings, KeyMaterial material, bool isImport, EventKind kind, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var key = new TransitKey
        {
            Id = Guid.CreateVersion7(now),
            Company = permit.Application.Company,
            Name = permit.Name!,
            Type = settings.Type,
            Owner = permit.Application.Id,
            IsDerived = settings.IsDerived,
            IsImported = isImport,
            AllowRotation = settings.AllowRotation,
            DeletionAllowed = false,
            Latest = 1,
            MinDecryption = 1,
            MinEncryption = 0,
            MinAvailable = 0,
            RotateEvery = settings.RotateEvery,
            Revision = 1,
            CreatedAt = now,
        };
        if (!(await chest.SealAsync(key.Company, key.Id, 1, material, ct)).TryGet(out var closed, out var why))
        {
            return why;
        }

        var version = new KeyVersion { Number = 1, Sealed = closed, Public = material.Public, Seals = 0, Uses = 0, CreatedAt = now, LastUsedMs = 0 };
        return new Answer
        {
            Data = KeyView.Write(key, [version]),
            Kind = kind,
            Made = key,
            Details = new() { ["type"] = key.Type.Name(), ["version"] = "1" },
            IsOnce = isImport,
            Change = transaction =>
            {
                // Somebody else made one of the name meanwhile: look again at whose it is.
                if (KeyTable.Find(transaction, key.Company, key.Name) is not null)
                {
                    return isImport ? ApiRefusal.NameTaken : ApiRefusal.Contended;
                }

                if (KeyTable.Count(transaction, key.Company) >= options.Value.KeysPerCompany)
                {
                    return ApiRefusal.TooManyKeys;
                }

                KeyTable.Add(transaction, key);
                KeyTable.AddVersion(transaction, key.Id, version);
                return null;
            },
        };
    }
}
