using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Rivet.Kernel;

namespace Rivet.Identity.Pages;

/// <summary>Ties a circuit to its page session.</summary>
internal sealed class PageCircuit(PageVisitor visitor) : CircuitHandler
{
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) => visitor.FollowAsync(cancellationToken);
}

/// <summary>
/// Admits only signed-in browsers to the circuits' connection, and cuts it when the page session ends. The page is told
/// first, so that it can say why; whatever it does with that, its connection is gone within two seconds.
/// </summary>
internal sealed class CircuitGate(RequestDelegate next, IPageSessions sessions, TimeProvider time)
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        if (!PagePrincipal.TryGetSubject(context.User, out var subject))
        {
            Refuse(context);
            return;
        }

        using var cut = time.CreateTimer(state => ((HttpContext)state!).Abort(), context, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var following = await sessions.FollowAsync(
            new PageSessionId(subject.Via), () => cut.Change(Farewell, Timeout.InfiniteTimeSpan), context.RequestAborted);
        if (following is null)
        {
            Refuse(context);
            return;
        }

        await next(context);
    }

    /// <summary>A script asks here, not a reader: no page explains.</summary>
    private static void Refuse(HttpContext context)
    {
        if (context.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            pages.Enabled = false;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
    }
}
