using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;
using Rivet.Transit.Ciphers;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>Signs, makes MACs (RFC 2104), and verifies both.</summary>
internal sealed class SignatureDesk(KeyChest chest, Rotation rotation, IStore store)
{
    public void Map(IEndpointRouteBuilder app, ApiRoutes routes)
    {
        routes.Map(app, ApiRoutes.Write, "transit/sign/{name}", Operation.Sign, SignAsync);
        routes.Map(app, ApiRoutes.Write, "transit/sign/{name}/{hash}", Operation.Sign, SignAsync);
        routes.Map(app, ApiRoutes.Write, "transit/verify/{name}", Operation.Verify, VerifyAsync);
        routes.Map(app, ApiRoutes.Write, "transit/verify/{name}/{hash}", Operation.Verify, VerifyAsync);
        routes.Map(app, ApiRoutes.Write, "transit/hmac/{name}", Operation.Hmac, MacAsync);
        routes.Map(app, ApiRoutes.Write, "transit/hmac/{name}/{hash}", Operation.Hmac, MacAsync);
    }

    private async ValueTask<Result<Answer, ApiRefusal>> SignAsync(Call call, CancellationToken ct)
    {
        var key = call.Permit.Key;
        if (!key.Type.Signs())
        {
            return ApiRefusal.WrongType;
        }

        if (!SignatureForm.Read(key.Type, call.Fields, call.Part("hash")).TryGet(out var form, out var why) || (why = await rotation.RefreshAsync(call.Permit, 0, ct)) is not null)
        {
            return why;
        }

        return await MakeAsync(call, "signature", (version, input, item) => Signature.Sign(key, version.Row, version.Material, form, input, item.Text("context")), ct);
    }

    private async ValueTask<Result<Answer, ApiRefusal>> MacAsync(Call call, CancellationToken ct)
    {
        if (!Hashes.TryFind(call.Part("hash") ?? call.Fields.Text("algorithm") ?? Hashes.Usual, out var hash, out _))
        {
            return ApiRefusal.HashUnknown;
        }

        return await rotation.RefreshAsync(call.Permit, 0, ct) is { } refusal ? refusal
            : await MakeAsync(call, "hmac", (version, input, _) => VaultText.Write(version.Row.Number, CryptographicOperations.HmacData(hash, version.Material.Mac, input)), ct);
    }

    private async ValueTask<Result<Answer, ApiRefusal>> MakeAsync(
        Call call, string field, Func<OpenVersion, byte[], Fields, Result<string, ApiRefusal>> make, CancellationToken ct)
    {
        if (!call.Fields.TryNumber("key_version", out var asked))
        {
            return ApiRefusal.Field;
        }

        using var shelf = new VersionShelf(chest, store, call.Permit.Key);
        return await Items.AnswerAsync(call, shelf, failuresShow: false, async item =>
        {
            if (!Base64.Read(item.Value("input")).TryGet(out var input, out var why) || !(await shelf.ToSealAsync(asked, ct)).TryGet(out var version, out why)
                || !make(version, input, item).TryGet(out var made, out why))
            {
                return why;
            }

            shelf.Count(version, isSeal: false);
            return new JsonObject { [field] = made, ["key_version"] = version.Row.Number };
        });
    }

    private async ValueTask<Result<Answer, ApiRefusal>> VerifyAsync(Call call, CancellationToken ct)
    {
        var key = call.Permit.Key;
        if (!SignatureForm.Read(key.Type, call.Fields, call.Part("hash")).TryGet(out var form, out var why))
        {
            return why;
        }

        using var shelf = new VersionShelf(chest, store, key);
        return await Items.AnswerAsync(call, shelf, failuresShow: false, async item =>
        {
            var (signature, mac) = (item.Text("signature"), item.Text("hmac"));
            if ((signature is null) == (mac is null) || !VaultText.TryParse(signature ?? mac, out var text))
            {
                return ApiRefusal.SignatureMissing;
            }

            if (signature is not null && !key.Type.Signs())
            {
                return ApiRefusal.WrongType;
            }

            if (!Base64.Read(item.Value("input")).TryGet(out var input, out var refused) || !(await shelf.ToOpenAsync(text.Version, ct)).TryGet(out var version, out refused)
                || !(signature is null ? IsMac(version, form, input, text.Body) : Signature.Verify(key, version.Row, version.Material, form, input, text.Body, item.Text("context")))
                    .TryGet(out var isValid, out refused))
            {
                return refused;
            }

            shelf.Count(version, isSeal: false);
            return new JsonObject { ["valid"] = isValid };
        });
    }

    private static Result<bool, ApiRefusal> IsMac(OpenVersion version, SignatureForm form, byte[] input, string body)
        => Base64.Read(body).TryGet(out var given, out var why)
            ? CryptographicOperations.FixedTimeEquals(CryptographicOperations.HmacData(form.Hash, version.Material.Mac, input), given) : why;
}
