using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Link.Connections;
using Rivet.Lws;

namespace Rivet.Hosting.Link.Web;

/// <summary>The link for browsers: <c>/lws</c> over WebSocket.</summary>
public static class WebProfile
{
    /// <summary>
    /// Answers <see cref="LwsConstants.WebSocketPath"/>. Refuses what is no WebSocket or does not name <c>lws.1</c> (400), comes from a page of another
    /// origin, or is closed by <see cref="LinkOptions.TakesWeb"/> (403). Needs <see cref="HostingModule.AddHosting"/> and
    /// <c>UseWebSockets</c> before it.
    /// </summary>
    public static IEndpointConventionBuilder MapRivetLink(this IEndpointRouteBuilder routes)
        => routes.Map(LwsConstants.WebSocketPath, AnswerAsync).AllowAnonymous();

    private static async Task AnswerAsync(HttpContext context)
    {
        if (context.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            pages.Enabled = false; // A program asks, and no page helps it.
        }

        var server = context.RequestServices.GetRequiredService<LinkServer>();
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(LwsConstants.WebSocketProtocol))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (!server.Options.TakesWeb || !IsOwnOrigin(context.Request))
        {
            server.Meters.Refused(server.Options.TakesWeb ? "origin" : "web");
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        // No compression before sealing, and no pings below the link's own.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = LwsConstants.WebSocketProtocol,
            DangerousEnableCompression = false,
            KeepAliveInterval = TimeSpan.Zero,
        });
        var transport = new WebTransport(context, socket);
        var pumping = transport.PumpAsync();
        await server.RunAsync(transport);
        await transport.Input.CompleteAsync();
        transport.Abort("The link is over.");
        await pumping;
    }

    /// <summary>A browser always says the origin of a page that opens a WebSocket; a program need not.</summary>
    private static bool IsOwnOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        return origin.Count == 0
            || (origin is [{ } only] && string.Equals(only, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase));
    }
}
