using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rivet.Storage;

namespace Rivet.Identity.PageSessions;

/// <summary>The two addresses by which a browser comes and goes.</summary>
internal static class Entrance
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/enter/{token}", EnterAsync).AllowAnonymous();
        routes.MapPost("/leave", LeaveAsync).AllowAnonymous();
    }

    /// <summary>
    /// Exchanges a ticket for the cookie. A link on another site is refused where the browser says so: it would sign
    /// the visitor in as whoever made the ticket.
    /// </summary>
    private static async Task<IResult> EnterAsync(
        string token, HttpContext context, PageTickets tickets, IPageSessions pages, CancellationToken ct)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "none" or "same-origin")
            || !PageToken.TryParse(token, out var ticket))
        {
            return Results.NotFound();
        }

        try
        {
            if (await tickets.EnterAsync(ticket, ct) is not { } page)
            {
                return Results.NotFound();
            }

            pages.SetCookie(context, page.Token);
            return Results.Redirect("/");
        }
        catch (StoreUnavailableException)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, IAntiforgery antiforgery, IPageSessions pages, CancellationToken ct)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Results.BadRequest();
        }

        if (PagePrincipal.TryGetSubject(context.User, out var page))
        {
            await pages.CloseAsync(page, ct);
        }

        OpenPages.RemoveCookie(context);
        return Results.Redirect("/");
    }
}
