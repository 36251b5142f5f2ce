using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Transit.Applications;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Api;

/// <summary>
/// Maps calls over HTTPS. None can be mapped without an operation, and a handler gets a <see cref="Call"/> only with the permit: token, body, key and policy
/// come first, the record before the answer.
/// </summary>
internal sealed class ApiRoutes(TokenGate gate, Ledger ledger, IStore store, IOptions<TransitOptions> options, ILogger<ApiRoutes> log)
{
    private const int Tries = 4;
    public static readonly string[] Write = ["POST", "PUT"];
    public static readonly string[] Read = ["GET"];
    public static readonly string[] Delete = ["DELETE"];

    /// <summary>Maps a path below <c>/v1</c>. A part <c>{name}</c> is the key's name.</summary>
    public void Map(IEndpointRouteBuilder app, string[] verbs, string path, Operation operation, Func<Call, CancellationToken, ValueTask<Result<Answer, ApiRefusal>>> handle)
        => app.MapMethods($"/v1/{path}", verbs, context => AnswerAsync(context, _ => operation, handle)).DisableAntiforgery();

    /// <summary>Maps a path whose operation follows from it.</summary>
    public void Map(
        IEndpointRouteBuilder app, string[] verbs, string path, Func<HttpRequest, Operation?> operation, Func<Call, CancellationToken, ValueTask<Result<Answer, ApiRefusal>>> handle)
        => app.MapMethods($"/v1/{path}", verbs, context => AnswerAsync(context, operation, handle)).DisableAntiforgery();

    private async Task AnswerAsync(HttpContext context, Func<HttpRequest, Operation?> operation, Func<Call, CancellationToken, ValueTask<Result<Answer, ApiRefusal>>> handle)
    {
        var ct = context.RequestAborted;
        try
        {
            var result = await AnswerAsync(context, operation(context.Request), handle, ct);
            await (result.TryGet(out var answer, out var why) ? ApiAnswers.WriteAsync(context, answer) : ApiAnswers.WriteAsync(context, why));
        }
        catch (LogBehindException)
        {
            await ApiAnswers.WriteAsync(context, ApiRefusal.LogBehind);
        }
        catch (StoreUnavailableException exception)
        {
            Log.Unavailable(log, exception);
            await ApiAnswers.WriteAsync(context, ApiRefusal.Unavailable);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested && exception is not BadHttpRequestException && !context.Response.HasStarted)
        {
            var incident = Guid.NewGuid().ToString("N")[..8];
            Log.Fault(log, incident, exception);
            await ApiAnswers.WriteAsync(context, ApiRefusal.Fault with { Sentence = $"{ApiRefusal.Fault.Sentence} (incident {incident})" });
        }
    }

    private async ValueTask<Result<Answer, ApiRefusal>> AnswerAsync(
        HttpContext context, Operation? operation, Func<Call, CancellationToken, ValueTask<Result<Answer, ApiRefusal>>> handle, CancellationToken ct)
    {
        if (!(await gate.AdmitAsync(context, ct)).TryGet(out var application, out var why))
        {
            return why;
        }

        var name = context.Request.RouteValues["name"] as string;
        if (operation is not { } wanted)
        {
            return ApiRefusal.NoPath;
        }

        if (name is not null && !KeyName.IsValid(name))
        {
            return await RefuseAsync(application, wanted, null, null, ApiRefusal.NameInvalid, ct);
        }

        if (context.Request.Headers.ContainsKey("X-Vault-Wrap-TTL"))
        {
            return await RefuseAsync(application, wanted, name, null, ApiRefusal.Wrapping, ct);
        }

        // The bound is this API's own, so that it refuses in its own words.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (!(await RequestBody.ReadAsync(context.Request, options.Value.LargestBody, options.Value.LargestBatch, ct)).TryGet(out var body, out why))
        {
            return await RefuseAsync(application, wanted, name, null, why, ct);
        }

        using (body)
        {
            return await WorkAsync(context.Request, application, wanted, name, body, handle, ct);
        }
    }

    /// <summary>Works, then commits; begins anew, a few times, when the key was changed meanwhile.</summary>
    private async ValueTask<Result<Answer, ApiRefusal>> WorkAsync(
        HttpRequest request, Application application, Operation operation, string? name, RequestBody body,
        Func<Call, CancellationToken, ValueTask<Result<Answer, ApiRefusal>>> handle, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var key = name is null ? null : await store.ReadAsync(session => KeyTable.Find(session, application.Company, name), ct);
            if (!TransitPermit.Ask(application, operation, name, key).TryGet(out var permit, out var why)
                || !(await handle(new(permit, body, request), ct)).TryGet(out var answer, out why))
            {
                if (why != ApiRefusal.Contended || attempt >= Tries)
                {
                    return await RefuseAsync(application, operation, name, key, why, ct);
                }

                continue;
            }

            if (await ledger.CommitAsync(permit, answer, ct) is not { } refusal)
            {
                return answer;
            }

            if (refusal != ApiRefusal.Contended || answer.IsOnce || attempt >= Tries)
            {
                return await RefuseAsync(application, operation, name, key, refusal, ct);
            }
        }
    }

    private async ValueTask<ApiRefusal> RefuseAsync(Application application, Operation operation, string? name, TransitKey? key, ApiRefusal why, CancellationToken ct)
    {
        await ledger.RefuseAsync(application, operation, name, key, why, ct);
        return why;
    }
}
