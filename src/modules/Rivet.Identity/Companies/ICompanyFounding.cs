using System.Net;
using Rivet.Kernel;

namespace Rivet.Identity;

/// <summary>Founds the company from the set-up page.</summary>
public interface ICompanyFounding
{
    /// <summary>
    /// Uses up the administrator code: company, first administrator, a page session for the browser at hand and an
    /// invitation for the administrator's own device exist, or nothing happened. Of two at once one wins.
    /// </summary>
    /// <param name="code">As typed; case, spaces and hyphens do not matter.</param>
    /// <param name="companyName">1 to 100 characters.</param>
    /// <param name="personName">1 to 100 characters.</param>
    /// <param name="remote">Where the browser is: refused codes are counted by address.</param>
    /// <param name="ct">Withdraws the request; what is committed stays.</param>
    Task<Result<Founded, IdentityRefusal>> FoundAsync(string code, string companyName, string personName, IPAddress? remote, CancellationToken ct);
}

/// <summary>A company just founded.</summary>
public sealed record Founded
{
    /// <summary>The company.</summary>
    public required CompanyId Company { get; init; }

    /// <summary>Its first administrator.</summary>
    public required PersonId Person { get; init; }

    /// <summary>The page session opened for the browser; see <see cref="IPageSessions.SetCookie"/>.</summary>
    public required PageToken Session { get; init; }

    /// <summary>For the administrator's first device; shown once.</summary>
    public required Invitation Invitation { get; init; }
}
