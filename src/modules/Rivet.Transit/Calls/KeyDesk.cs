using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>Makes, shows, lists, configures, rotates, trims and deletes keys. What would let one out is refused.</summary>
internal sealed class KeyDesk(KeyMaking making, Rotation rotation, IStore store)
{
    public void Map(IEndpointRouteBuilder app, ApiRoutes routes)
    {
        routes.Map(app, ApiRoutes.Write, "transit/keys/{name}", Operation.Create, CreateAsync);
        routes.Map(app, ApiRoutes.Read, "transit/keys/{name}", Operation.Read, ReadAsync);
        routes.Map(app, ApiRoutes.Delete, "transit/keys/{name}", Operation.Delete, DeleteAsync);
        routes.Map(app, ["LIST"], "transit/keys", Operation.Oneself, ListAsync);
        routes.Map(app, ApiRoutes.Read, "transit/keys", request => request.Query["list"].ToString() is "true" or "1" ? Operation.Oneself : null, ListAsync);
        routes.Map(app, ApiRoutes.Write, "transit/keys/{name}/config", Operation.Config, ConfigureAsync);
        routes.Map(app, ApiRoutes.Write, "transit/keys/{name}/rotate", Operation.Rotate, RotateAsync);
        routes.Map(app, ApiRoutes.Write, "transit/keys/{name}/trim", Operation.Trim, TrimAsync);
        foreach (var path in (string[])["transit/export/{**rest}", "transit/byok-export/{**rest}", "transit/backup/{**rest}"])
        {
            routes.Map(app, ApiRoutes.Read, path, Operation.Oneself, (_, _) => new(ApiRefusal.NeverExported));
        }

        routes.Map(app, ApiRoutes.Write, "transit/restore/{**rest}", Operation.Oneself, (_, _) => new(ApiRefusal.NeverExported));
    }

    private async ValueTask<Result<Answer, ApiRefusal>> CreateAsync(Call call, CancellationToken ct)
    {
        if (!KeySettings.Read(call.Fields).TryGet(out var settings, out var why))
        {
            return why;
        }

        if (call.Permit.FoundKey is { } known)
        {
            var versions = await store.ReadAsync(session => KeyTable.Versions(session, known.Id), ct);
            return known.Type != settings.Type || known.IsDerived != settings.IsDerived ? ApiRefusal.TypeDiffers
                : new Answer { Data = KeyView.Write(known, versions), Warning = "the key existed already and was not changed" };
        }

        using var material = KeyMaterial.Make(settings.Type, settings.HmacSize);
        return await making.MakeAsync(call.Permit, settings, material, isImport: false, TransitEvents.KeyCreated, ct);
    }

    private async ValueTask<Result<Answer, ApiRefusal>> ReadAsync(Call call, CancellationToken ct)
        => new Answer { Data = KeyView.Write(call.Permit.Key, await store.ReadAsync(session => KeyTable.Versions(session, call.Permit.Key.Id), ct)) };

    private async ValueTask<Result<Answer, ApiRefusal>> ListAsync(Call call, CancellationToken ct)
    {
        var application = call.Permit.Application;
        var names = await store.ReadAsync(
            session => KeyTable.Of(session, application.Company).Where(key => TransitPermit.Sees(application, key)).Select(key => (JsonNode)key.Name).ToArray(), ct);
        return names.Length == 0 ? ApiRefusal.KeyNotListed : new Answer { Data = new JsonObject { ["keys"] = new JsonArray(names) } };
    }

    private async ValueTask<Result<Answer, ApiRefusal>> ConfigureAsync(Call call, CancellationToken ct)
    {
        if (!KeySettings.Configure(call.Permit.Key, call.Fields).TryGet(out var changed, out var why))
        {
            return why;
        }

        var versions = await store.ReadAsync(session => KeyTable.Versions(session, changed.Id), ct);
        return new Answer
        {
            Data = KeyView.Write(changed, versions),
            Kind = TransitEvents.KeyConfigured,
            Details = new()
            {
                ["changes"] = string.Create(
                    CultureInfo.InvariantCulture,
                    $"min_decryption {changed.MinDecryption}, min_encryption {changed.MinEncryption}, deletion {(changed.DeletionAllowed ? "allowed" : "forbidden")}, rotate every {(long)changed.RotateEvery.TotalSeconds} s"),
            },
            Change = transaction => KeyTable.Change(transaction, changed) ? null : ApiRefusal.Contended,
        };
    }

    private async ValueTask<Result<Answer, ApiRefusal>> RotateAsync(Call call, CancellationToken ct)
    {
        var key = call.Permit.Key;
        if (key.IsImported && !key.AllowRotation)
        {
            return ApiRefusal.NotRotatable;
        }

        if (!(await rotation.RotateAsync(key, ct)).TryGet(out var next, out var why))
        {
            return why;
        }

        // Another rotation may have made the same version meanwhile: then this answer is not committed, and the call begins anew.
        var before = await store.ReadAsync(session => KeyTable.Versions(session, key.Id).Where(version => version.Number <= key.Latest).ToArray(), ct);
        return new Answer
        {
            Data = KeyView.Write(key with { Latest = next.Version.Number, IsImported = false }, [.. before, next.Version]),
            Kind = TransitEvents.KeyRotated,
            Details = new() { ["cause"] = "asked", ["version"] = next.Version.Number.ToString(CultureInfo.InvariantCulture) },
            Change = next.Change,
        };
    }

    private static ValueTask<Result<Answer, ApiRefusal>> TrimAsync(Call call, CancellationToken ct)
    {
        var key = call.Permit.Key;
        if (!call.Fields.TryNumber("min_available_version", out var asked) || asked is not { } least
            || least < Math.Max(1, key.MinAvailable) || least > key.LeastToOpen || least > key.MinEncryption)
        {
            return new(ApiRefusal.MinAvailable);
        }

        return new(new Answer
        {
            Kind = TransitEvents.KeyTrimmed,
            Details = new() { ["versions"] = string.Create(CultureInfo.InvariantCulture, $"below {least}") },
            Change = transaction =>
            {
                if (!KeyTable.Change(transaction, key with { MinAvailable = least }))
                {
                    return ApiRefusal.Contended;
                }

                KeyTable.Trim(transaction, key.Id, least);
                return null;
            },
        });
    }

    private static ValueTask<Result<Answer, ApiRefusal>> DeleteAsync(Call call, CancellationToken ct)
    {
        var key = call.Permit.Key;
        return new(!key.DeletionAllowed ? ApiRefusal.DeletionForbidden : new Answer
        {
            Kind = TransitEvents.KeyDeleted,
            Details = new() { ["versions"] = string.Create(CultureInfo.InvariantCulture, $"up to {key.Latest}") },
            Change = transaction => KeyTable.Delete(transaction, key) ? null : ApiRefusal.Contended,
        });
    }
}
