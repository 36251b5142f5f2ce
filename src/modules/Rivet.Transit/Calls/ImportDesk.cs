using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;
using Rivet.Transit.Ciphers;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>
/// Takes keys that were made elsewhere: wrapped with padding (AES key wrap, RFC 5649) under an AES key that is encrypted by RSA-OAEP to a wrapping key. A
/// wrapping key is one application's and serves one import, good or not: it is spent before anything is opened, so it answers no second question.
/// </summary>
internal sealed class ImportDesk(KeyChest chest, KeyMaking making, Rotation rotation, IStore store, IOptions<TransitOptions> options, TimeProvider time)
{
    private const int WrappingBits = 4096;
    private const int WrappedKeySize = WrappingBits / 8;
    private const int AesKeySize = 32;

    public void Map(IEndpointRouteBuilder app, ApiRoutes routes)
    {
        routes.Map(app, ApiRoutes.Read, "transit/wrapping_key", Operation.Import, ReadWrappingKeyAsync);
        routes.Map(app, ApiRoutes.Write, "transit/keys/{name}/import", Operation.Import, ImportAsync);
        routes.Map(app, ApiRoutes.Write, "transit/keys/{name}/import_version", Operation.Import, ImportVersionAsync);
    }

    private async ValueTask<Result<Answer, ApiRefusal>> ReadWrappingKeyAsync(Call call, CancellationToken ct)
    {
        var application = call.Permit.Application;
        var now = time.GetUtcNow();
        if (await store.ReadAsync(session => WrappingTable.Find(session, application.Id, now - options.Value.WrappingKeyLasts), ct) is { } waiting)
        {
            return new Answer { Data = new JsonObject { ["public_key"] = waiting.Public } };
        }

        using var rsa = RSA.Create(WrappingBits);
        var clear = rsa.ExportPkcs8PrivateKey();
        try
        {
            var id = Guid.CreateVersion7(now);
            if (!(await chest.SealWrappingAsync(application.Company, id, clear, ct)).TryGet(out var closed, out var why))
            {
                return why;
            }

            var made = new WrappingKey(id, closed, rsa.ExportSubjectPublicKeyInfoPem());
            return new Answer
            {
                Data = new JsonObject { ["public_key"] = made.Public },
                Warning = "this wrapping key serves one import, good or not; read another for the next",
                Change = transaction =>
                {
                    if (WrappingTable.Find(transaction, application.Id, now - options.Value.WrappingKeyLasts) is not null)
                    {
                        return ApiRefusal.Contended;
                    }

                    WrappingTable.Put(transaction, application.Id, made, now);
                    return null;
                },
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    private async ValueTask<Result<Answer, ApiRefusal>> ImportAsync(Call call, CancellationToken ct)
    {
        if (call.Permit.FoundKey is not null)
        {
            return ApiRefusal.NameTaken;
        }

        if (!KeySettings.Read(call.Fields).TryGet(out var settings, out var why) || !(await UnwrapAsync(call, settings.Type, ct)).TryGet(out var material, out why))
        {
            return why;
        }

        using (material)
        {
            return await making.MakeAsync(call.Permit, settings, material, isImport: true, TransitEvents.KeyImported, ct);
        }
    }

    private async ValueTask<Result<Answer, ApiRefusal>> ImportVersionAsync(Call call, CancellationToken ct)
    {
        if (call.Permit.FoundKey is not { } key)
        {
            return ApiRefusal.KeyMissing;
        }

        if (!key.IsImported)
        {
            return ApiRefusal.NotImported;
        }

        if (!(await UnwrapAsync(call, key.Type, ct)).TryGet(out var material, out var why))
        {
            return why;
        }

        using (material)
        {
            return (await rotation.PrepareAsync(key, material, isImport: true, ct)).TryGet(out var next, out why)
                ? new Answer
                {
                    Kind = TransitEvents.KeyImported,
                    Details = new() { ["type"] = key.Type.Name(), ["version"] = next.Version.Number.ToString(CultureInfo.InvariantCulture) },
                    Change = next.Change,
                    IsOnce = true,
                }
                : why;
        }
    }

    private async ValueTask<Result<KeyMaterial, ApiRefusal>> UnwrapAsync(Call call, KeyType type, CancellationToken ct)
    {
        if (PaddingOf(call.Fields.Text("hash_function") ?? "SHA256") is not { } padding)
        {
            return ApiRefusal.ImportHash;
        }

        // An AES key wrap has at least two blocks of eight bytes.
        if (!Base64.Read(call.Fields.Text("ciphertext")).TryGet(out var given, out var why) || given.Length < WrappedKeySize + 16 || given.Length % 8 != 0)
        {
            return why ?? ApiRefusal.ImportRefused;
        }

        var application = call.Permit.Application;
        var oldest = time.GetUtcNow() - options.Value.WrappingKeyLasts;
        var spent = await store.WriteAsync(
            transaction => WrappingTable.Find(transaction, application.Id, oldest) is { } found && WrappingTable.Spend(transaction, application.Id, found.Id) ? found : null, ct);
        if (spent is null)
        {
            return ApiRefusal.WrappingKeyMissing;
        }

        if (!(await chest.OpenWrappingAsync(application.Company, spent.Id, spent.Sealed, ct)).TryGet(out var wrapping, out why))
        {
            return why;
        }

        try
        {
            return Unwrap(wrapping, given, padding) is { } bytes && KeyMaterial.Import(type, bytes) is { } material ? material : ApiRefusal.ImportRefused;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(wrapping);
        }
    }

    private static byte[]? Unwrap(byte[] wrapping, byte[] given, RSAEncryptionPadding padding)
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(wrapping, out _);
        byte[]? aesKey = null;
        try
        {
            aesKey = rsa.Decrypt(given.AsSpan(0, WrappedKeySize), padding);
            if (aesKey.Length != AesKeySize)
            {
                return null;
            }

            using var aes = Aes.Create();
            aes.SetKey(aesKey);
            return aes.DecryptKeyWrapPadded(given.AsSpan(WrappedKeySize));
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(aesKey);
        }
    }

    private static RSAEncryptionPadding? PaddingOf(string name) => name.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        "SHA256" => RSAEncryptionPadding.OaepSHA256,
        "SHA384" => RSAEncryptionPadding.OaepSHA384,
        "SHA512" => RSAEncryptionPadding.OaepSHA512,
        _ => null,
    };
}
