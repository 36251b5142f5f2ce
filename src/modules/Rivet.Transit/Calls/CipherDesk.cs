using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;
using Rivet.Transit.Ciphers;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>Encrypts, decrypts, wraps anew under the latest version, and makes data keys.</summary>
internal sealed class CipherDesk(KeyChest chest, Rotation rotation, IStore store, IOptions<TransitOptions> options)
{
    public void Map(IEndpointRouteBuilder app, ApiRoutes routes)
    {
        routes.Map(app, ApiRoutes.Write, "transit/encrypt/{name}", Operation.Encrypt, EncryptAsync);
        routes.Map(app, ApiRoutes.Write, "transit/decrypt/{name}", Operation.Decrypt, DecryptAsync);
        routes.Map(app, ApiRoutes.Write, "transit/rewrap/{name}", Operation.Rewrap, RewrapAsync);
        routes.Map(app, ApiRoutes.Write, "transit/datakey/{form}/{name}", FormOf, MakeDataKeyAsync);
    }

    private async ValueTask<Result<Answer, ApiRefusal>> EncryptAsync(Call call, CancellationToken ct)
        => await WhyNotSealAsync(call, ct) is { } refusal ? refusal : await WithAsync(call, failuresShow: true, async (shelf, item) =>
        {
            if (item.Has("nonce") || !Base64.Read(item.Value("plaintext")).TryGet(out var plaintext, out var why))
            {
                return item.Has("nonce") ? ApiRefusal.NonceGiven : item.Value("plaintext") is null ? ApiRefusal.Field : ApiRefusal.Base64;
            }

            try
            {
                return await SealAsync(shelf, call, item, plaintext, ct);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        });

    private async ValueTask<Result<Answer, ApiRefusal>> DecryptAsync(Call call, CancellationToken ct)
        => !call.Permit.Key.Type.Encrypts() ? ApiRefusal.WrongType : await WithAsync(call, failuresShow: true, async (shelf, item) =>
        {
            if (!(await OpenAsync(shelf, item, ct)).TryGet(out var plaintext, out var why))
            {
                return why;
            }

            try
            {
                return new JsonObject { ["plaintext"] = Convert.ToBase64String(plaintext) };
            }
            finally
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        });

    /// <summary>Decrypts and encrypts under the latest version without showing what it is.</summary>
    private async ValueTask<Result<Answer, ApiRefusal>> RewrapAsync(Call call, CancellationToken ct)
        => await WhyNotSealAsync(call, ct) is { } refusal ? refusal : await WithAsync(call, failuresShow: true, async (shelf, item) =>
        {
            if (!(await OpenAsync(shelf, item, ct)).TryGet(out var plaintext, out var why))
            {
                return why;
            }

            try
            {
                return await SealAsync(shelf, call, item, plaintext, ct);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        });

    private async ValueTask<Result<Answer, ApiRefusal>> MakeDataKeyAsync(Call call, CancellationToken ct)
    {
        if (!call.Fields.TryNumber("bits", out var bits) || bits is not (null or 128 or 256 or 512) || call.Body.Batch is not null)
        {
            return ApiRefusal.DataKeyForm;
        }

        return await WhyNotSealAsync(call, ct) is { } refusal ? refusal : await WithAsync(call, failuresShow: true, async (shelf, item) =>
        {
            var made = RandomNumberGenerator.GetBytes((bits ?? 256) / 8);
            try
            {
                if (!(await SealAsync(shelf, call, item, made, ct)).TryGet(out var result, out var why))
                {
                    return why;
                }

                if (call.Permit.Operation == Operation.DataKey)
                {
                    result["plaintext"] = Convert.ToBase64String(made);
                }

                return result;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(made);
            }
        });
    }

    private static Operation? FormOf(HttpRequest request) => request.RouteValues["form"] switch
    {
        "plaintext" => Operation.DataKey,
        "wrapped" => Operation.DataKeyWrapped,
        _ => null,
    };

    /// <summary>Why the key cannot encrypt now, or null; rotates it first when that is due.</summary>
    private async ValueTask<ApiRefusal?> WhyNotSealAsync(Call call, CancellationToken ct)
        => call.Permit.Key.Type.Encrypts() ? await rotation.RefreshAsync(call.Permit, call.Body.Items.Count, ct) : ApiRefusal.WrongType;

    private async ValueTask<Result<Answer, ApiRefusal>> WithAsync(Call call, bool failuresShow, Func<VersionShelf, Fields, ValueTask<Result<JsonObject, ApiRefusal>>> work)
    {
        using var shelf = new VersionShelf(chest, store, call.Permit.Key);
        return await Items.AnswerAsync(call, shelf, failuresShow, item => work(shelf, item));
    }

    private async ValueTask<Result<JsonObject, ApiRefusal>> SealAsync(VersionShelf shelf, Call call, Fields item, byte[] plaintext, CancellationToken ct)
    {
        if (!item.TryNumber("key_version", out var own) || !call.Fields.TryNumber("key_version", out var common))
        {
            return ApiRefusal.Field;
        }

        if (!(await shelf.ToSealAsync(own ?? common, ct)).TryGet(out var version, out var why))
        {
            return why;
        }

        if (shelf.Key.Type.IsAead() && version.Row.Seals + shelf.Used.GetValueOrDefault(version.Row.Number).Seals >= options.Value.SealsPerVersion)
        {
            return ApiRefusal.Exhausted;
        }

        if (!Cipher.Encrypt(shelf.Key, version.Row, version.Material, plaintext, item.Text("context"), item.Text("associated_data")).TryGet(out var ciphertext, out why))
        {
            return why;
        }

        shelf.Count(version, shelf.Key.Type.IsAead());
        return new JsonObject { ["ciphertext"] = ciphertext, ["key_version"] = version.Row.Number };
    }

    private static async ValueTask<Result<byte[], ApiRefusal>> OpenAsync(VersionShelf shelf, Fields item, CancellationToken ct)
    {
        if (!VaultText.TryParse(item.Text("ciphertext"), out var text))
        {
            return ApiRefusal.Ciphertext;
        }

        if (!(await shelf.ToOpenAsync(text.Version, ct)).TryGet(out var version, out var why)
            || !Cipher.Decrypt(shelf.Key, version.Material, text.Body, item.Text("context"), item.Text("associated_data")).TryGet(out var plaintext, out why))
        {
            return why;
        }

        shelf.Count(version, isSeal: false);
        return plaintext;
    }
}
