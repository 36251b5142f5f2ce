using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rivet.Storage;

namespace Rivet.Identity.PageSessions;

/// <summary>Signs a request in by its cookie; asks the store each time, so an ended session is ended at once.</summary>
internal sealed class PageAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IStore store, TimeProvider time, IOptions<IdentityOptions> identity)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Cookies.TryGetValue(PagePrincipal.Scheme, out var text))
        {
            return AuthenticateResult.NoResult();
        }

        if (!PageToken.TryParse(text, out var token))
        {
            return AuthenticateResult.Fail("The cookie is malformed.");
        }

        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var page = await store.ReadAsync(session => PageSessionTable.FindAlive(session, token, nowMs), Context.RequestAborted);
        return page is null
            ? AuthenticateResult.Fail("The page session has ended.")
            : AuthenticateResult.Success(new AuthenticationTicket(PagePrincipal.Of(page.Subject), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (identity.Value.SignInPath is { } path && HttpMethods.IsGet(Request.Method))
        {
            Response.Redirect(path);
        }
        else
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
        }

        return Task.CompletedTask;
    }
}
