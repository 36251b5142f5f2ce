using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Rivet.Kernel;

namespace Rivet.Identity;

/// <summary>Browser sessions on the console pages.</summary>
public interface IPageSessions
{
    /// <summary>
    /// Whether the session may still act: open, not expired, its device not signed out, its person not suspended.
    /// </summary>
    /// <remarks>Asks the store; a store that cannot be read throws, and the caller ends the page.</remarks>
    ValueTask<bool> IsAliveAsync(PageSessionId session, CancellationToken ct);

    /// <summary>
    /// Calls <paramref name="ended"/> once, when the session ends: closed, expired, or its device signed out. Called
    /// on the store's or a timer's thread, so it must be short. Null when the session has ended already.
    /// </summary>
    /// <returns>Dispose it to stop following.</returns>
    ValueTask<IDisposable?> FollowAsync(PageSessionId session, Action ended, CancellationToken ct);

    /// <summary>Ends the session; ending one that has ended changes nothing.</summary>
    Task CloseAsync(Subject page, CancellationToken ct);

    /// <summary>Gives the browser its cookie: <c>__Host-rivet</c>, HttpOnly, Secure, SameSite=Strict, for this browser session.</summary>
    void SetCookie(HttpContext context, PageToken token);
}

/// <summary>The signed-in person of a page.</summary>
public static class PagePrincipal
{
    /// <summary>Name of the authentication scheme and of the cookie.</summary>
    public const string Scheme = "__Host-rivet";

    private const string CompanyClaim = "rivet:company";
    private const string PersonClaim = "rivet:person";
    private const string SessionClaim = "rivet:session";

    /// <summary>Who acts, for the access question; false for a principal that is not signed in here.</summary>
    public static bool TryGetSubject(ClaimsPrincipal? principal, out Subject subject)
    {
        subject = default;
        var identity = principal?.Identities.FirstOrDefault(identity => identity is { IsAuthenticated: true, AuthenticationType: Scheme });
        if (identity is null
            || !EntityId.TryParse<CompanyId>(identity.FindFirst(CompanyClaim)?.Value, out var company)
            || !EntityId.TryParse<PersonId>(identity.FindFirst(PersonClaim)?.Value, out var person)
            || !EntityId.TryParse<PageSessionId>(identity.FindFirst(SessionClaim)?.Value, out var session))
        {
            return false;
        }

        subject = Subject.OfPage(company, person, session);
        return true;
    }

    internal static ClaimsPrincipal Of(Subject page) => new(new ClaimsIdentity(
        [
            new Claim(CompanyClaim, page.Company.ToString()),
            new Claim(PersonClaim, page.Person.ToString()),
            new Claim(SessionClaim, new PageSessionId(page.Via).ToString()),
        ],
        Scheme));
}
