using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Rivet.Transit.Api;

/// <summary>Writes answers and refusals in the shape clients of Vault know.</summary>
internal static class ApiAnswers
{
    public static Task WriteAsync(HttpContext context, Answer answer)
    {
        if (answer is { Data: null, Whole: null })
        {
            context.Response.Headers.CacheControl = "no-store";
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        return WriteAsync(context, answer.Status, answer.Whole ?? new JsonObject
        {
            ["request_id"] = Guid.NewGuid().ToString("D"),
            ["lease_id"] = "",
            ["renewable"] = false,
            ["lease_duration"] = 0,
            ["data"] = answer.Data,
            ["wrap_info"] = null,
            ["warnings"] = answer.Warning is { } warning ? new JsonArray(warning) : null,
            ["auth"] = null,
            ["mount_type"] = "transit",
        });
    }

    public static Task WriteAsync(HttpContext context, ApiRefusal refusal)
        => WriteAsync(context, refusal.Status, new JsonObject { ["errors"] = refusal.Sentence.Length == 0 ? new JsonArray() : new JsonArray(refusal.Sentence) });

    public static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(body, context.RequestAborted);
    }
}
