using Rivet.Messaging;

namespace Rivet.Server.Pages;

/// <summary>Hands out the chat: a program that runs in the browser and asks this server nothing over HTTP but its files.</summary>
internal static class ChatFiles
{
    private const string Path = "/chat";

    private static readonly Policy Own = new("", Headers([]));
    private static volatile Policy last = Own;

    public static bool IsOf(HttpRequest request) => request.Path.StartsWithSegments(Path, StringComparison.Ordinal);

    /// <summary>
    /// The policy of a response. A document may also ask the key servers that companies of this server name: which company somebody is of is not known before the
    /// program runs. Scripts, a worker's among them, and all else ask this server alone.
    /// </summary>
    public static async ValueTask<HeaderPolicyCollection> HeadersAsync(HttpContext context)
    {
        if (System.IO.Path.HasExtension(context.Request.Path) && !context.Request.Path.Value!.EndsWith(".html", StringComparison.Ordinal))
        {
            return Own.Headers;
        }

        // The response is on its way: whoever left meanwhile is not worth a failure.
        var origins = await context.RequestServices.GetRequiredService<KeyServerOrigins>().ReadAsync(CancellationToken.None);
        var known = last;
        var said = string.Join(' ', origins);
        return known.Origins == said ? known.Headers : (last = new Policy(said, Headers(origins))).Headers;
    }

    /// <summary>Every address below <c>/chat</c> that is no file is the program's own.</summary>
    public static void MapChat(this WebApplication app)
        => app.MapFallbackToFile(Path + "/{*path:nonfile}", "chat/index.html").AllowAnonymous();

    /// <summary>
    /// Nothing from outside but keys, nothing inline; scripts are the page's own files, and WebAssembly is compiled. Pictures and
    /// downloads are blobs that the page made of what it opened itself.
    /// </summary>
    private static HeaderPolicyCollection Headers(IReadOnlyList<string> keyServers) => new HeaderPolicyCollection()
        .AddDefaultSecurityHeaders()
        .AddContentSecurityPolicy(policy =>
        {
            policy.AddDefaultSrc().None();
            policy.AddScriptSrc().Self().WasmUnsafeEval();
            policy.AddStyleSrc().Self();
            policy.AddFontSrc().Self();
            policy.AddImgSrc().Self().Blob();
            var connect = policy.AddConnectSrc().Self();
            foreach (var origin in keyServers)
            {
                connect.From(origin);
            }

            policy.AddWorkerSrc().Self();
            policy.AddManifestSrc().Self();
            policy.AddFormAction().Self();
            policy.AddBaseUri().Self();
            policy.AddFrameAncestors().None();
        })
        .AddCrossOriginOpenerPolicy(policy => policy.SameOrigin())
        .AddCrossOriginResourcePolicy(policy => policy.SameOrigin())
        .AddReferrerPolicyNoReferrer();

    private sealed record Policy(string Origins, HeaderPolicyCollection Headers);
}
