namespace Rivet.Server.Pages;

/// <summary>Hands out the chat: a program that runs in the browser and asks this server nothing over HTTP but its files.</summary>
internal static class ChatFiles
{
    private const string Path = "/chat";

    /// <summary>
    /// Nothing from outside, nothing inline; scripts are the page's own files, and WebAssembly is compiled. Pictures and
    /// downloads are blobs that the page made of what it opened itself.
    /// </summary>
    public static HeaderPolicyCollection Headers { get; } = new HeaderPolicyCollection()
        .AddDefaultSecurityHeaders()
        .AddContentSecurityPolicy(policy =>
        {
            policy.AddDefaultSrc().None();
            policy.AddScriptSrc().Self().WasmUnsafeEval();
            policy.AddStyleSrc().Self();
            policy.AddFontSrc().Self();
            policy.AddImgSrc().Self().Blob();
            policy.AddConnectSrc().Self();
            policy.AddWorkerSrc().Self();
            policy.AddManifestSrc().Self();
            policy.AddFormAction().Self();
            policy.AddBaseUri().Self();
            policy.AddFrameAncestors().None();
        })
        .AddCrossOriginOpenerPolicy(policy => policy.SameOrigin())
        .AddCrossOriginResourcePolicy(policy => policy.SameOrigin())
        .AddReferrerPolicyNoReferrer();

    public static bool IsOf(HttpRequest request) => request.Path.StartsWithSegments(Path, StringComparison.Ordinal);

    /// <summary>Every address below <c>/chat</c> that is no file is the program's own.</summary>
    public static void MapChat(this WebApplication app)
        => app.MapFallbackToFile(Path + "/{*path:nonfile}", "chat/index.html").AllowAnonymous();
}
