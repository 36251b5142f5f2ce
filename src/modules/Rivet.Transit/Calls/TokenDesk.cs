using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Api;
using Rivet.Transit.Applications;

namespace Rivet.Transit.Calls;

/// <summary>What clients ask beside Transit itself: about their own token, whether the server is well; and the answer to every other path.</summary>
internal sealed class TokenDesk(IStore store, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder app, ApiRoutes routes)
    {
        routes.Map(app, ["GET", "POST"], "auth/token/lookup-self", Operation.Oneself, LookUpAsync);
        app.MapMethods("/v1/sys/health", ["GET", "HEAD"], HealthAsync);
        app.MapMethods("/v1/sys/seal-status", ["GET"], HealthAsync);
        app.Map("/v1/{**path}", context => ApiAnswers.WriteAsync(context, ApiRefusal.NoPath)).DisableAntiforgery();
    }

    private ValueTask<Result<Answer, ApiRefusal>> LookUpAsync(Call call, CancellationToken ct)
    {
        var application = call.Permit.Application;
        return new(new Answer
        {
            Data = new JsonObject
            {
                ["accessor"] = application.Id.ToString("N"),
                ["display_name"] = application.Name,
                ["creation_time"] = application.CreatedAt.ToUnixTimeSeconds(),
                ["expire_time"] = application.ExpiresAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                ["ttl"] = (long)(application.ExpiresAt - time.GetUtcNow()).TotalSeconds,
                ["creation_ttl"] = (long)(application.ExpiresAt - application.CreatedAt).TotalSeconds,
                ["explicit_max_ttl"] = 0,
                ["num_uses"] = 0,
                ["orphan"] = true,
                ["renewable"] = false,
                ["path"] = "auth/token",
                ["type"] = "service",
                ["entity_id"] = "",
                ["meta"] = null,
                ["policies"] = application.Grants.Count == 0 ? new JsonArray("own-keys")
                    : new JsonArray([.. application.Grants.Select(grant => (JsonNode)$"{grant.Pattern}={string.Join(',', Operations.NamesOf(grant.Operations))}")]),
            },
        });
    }

    /// <summary>Everybody may ask, so it says nothing but whether the store answers.</summary>
    private async Task HealthAsync(HttpContext context)
    {
        var isWell = true;
        try
        {
            await store.ReadAsync(session => session.QueryFirst("SELECT 1", row => (object)row.GetInt32(0)), context.RequestAborted);
        }
        catch (StoreUnavailableException)
        {
            isWell = false;
        }

        await ApiAnswers.WriteAsync(context, isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, new JsonObject
        {
            ["initialized"] = true,
            ["sealed"] = !isWell,
            ["standby"] = false,
            ["performance_standby"] = false,
            ["replication_performance_mode"] = "disabled",
            ["replication_dr_mode"] = "disabled",
            ["server_time_utc"] = time.GetUtcNow().ToUnixTimeSeconds(),
        });
    }
}
