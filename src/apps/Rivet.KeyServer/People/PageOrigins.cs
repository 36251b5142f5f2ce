using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Rivet.MessageKeys;

namespace Rivet.KeyServer;

/// <summary>
/// The pages in browsers that may ask (Fetch standard, "CORS protocol"): exactly those of the origins that the company named, none unless it did; no credentials,
/// since a device signs. Whoever sends no <c>Origin</c> is no page.
/// </summary>
internal sealed class PageOrigins
{
    private const int Most = 16;
    private readonly HashSet<string> origins;

    private PageOrigins(HashSet<string> origins) => this.origins = origins;

    public bool IsEmpty => origins.Count == 0;

    /// <exception cref="KeyServerException">One of them is no origin of HTTPS, or they are too many.</exception>
    public static PageOrigins Read(IReadOnlyCollection<string> texts)
        => texts.Count <= Most ? new PageOrigins([.. texts.Select(Read)]) : throw new KeyServerException(Words.Of("origin.many", Most));

    /// <summary>Whether a request comes from no page, or from one of these; an answer to it may be read by that page then.</summary>
    public bool Let(HttpContext context)
    {
        context.Response.Headers.Vary = HeaderNames.Origin;
        var origin = context.Request.Headers.Origin;
        if (StringValues.IsNullOrEmpty(origin))
        {
            return true;
        }

        if (origin.Count != 1 || !origins.Contains(origin.ToString()))
        {
            return false;
        }

        context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.AccessControlExposeHeaders = SignedAnswer.Header;
        return true;
    }

    /// <summary>Answers what a browser asks before it asks; false when it is not that, or is not let.</summary>
    public bool TryAnswerPreflight(HttpContext context, string path)
    {
        var asked = context.Request.Headers;
        if (context.Request.Method != HttpMethods.Options || path is not (KeyServerApi.KeysPath or KeyServerApi.EnrolPath)
            || StringValues.IsNullOrEmpty(asked.Origin) || asked.AccessControlRequestMethod != HttpMethods.Post || !Let(context))
        {
            return false;
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = HttpMethods.Post;
        headers.AccessControlAllowHeaders = "authorization, content-type";
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    /// <summary>As browsers write it: lower case, without the usual port.</summary>
    private static string Read(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0
            && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && !text.Contains('*', StringComparison.Ordinal)
                ? uri.IsDefaultPort ? $"https://{uri.IdnHost}" : $"https://{uri.IdnHost}:{uri.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}"
                : throw new KeyServerException(Words.Of("origin.wrong", text));
}
