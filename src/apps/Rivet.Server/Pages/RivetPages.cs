using System.Reflection;
using Microsoft.AspNetCore.DataProtection;
using Rivet.Audit;
using Rivet.Hosting.Status;
using Rivet.Identity;
using Rivet.Messaging;
using Rivet.Transit;
using Rivet.UiKit;
using Rivet.Vault;

namespace Rivet.Server.Pages;

/// <summary>Composes the pages of all modules.</summary>
internal static class RivetPages
{
    /// <summary>Where pages come from, beside this assembly.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } = [typeof(IdentityPages).Assembly, typeof(AuditPages).Assembly];

    /// <summary>Adds the pages. Forms stay valid over a restart because their keys are kept in <paramref name="keysFolder"/>, outside the data.</summary>
    public static void AddRivetPages(this WebApplicationBuilder builder, string keysFolder)
    {
        // In a build that is not published, styles and scripts of libraries lie where their projects do.
        builder.WebHost.UseStaticWebAssets();
        var services = builder.Services;
        services.AddSecurityHeaderPolicies().SetAsyncPolicySelector(async asked => ChatFiles.IsOf(asked.HttpContext.Request) ? await ChatFiles.HeadersAsync(asked.HttpContext) : asked.SelectedPolicy);
        services.AddUiKit();
        services.AddIdentityPages();
        services.AddMessagingPages();
        services.AddAuditPages();
        services.AddVaultPages();
        services.AddTransitPages();
        services.AddRazorComponents().AddInteractiveServerComponents(options => options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMinutes(1));
        services.AddCascadingAuthenticationState();
        services.AddDataProtection().SetApplicationName("rivet").PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(keysFolder, "pages")));
        services.AddSingleton<ProcessStatus>();
        services.AddSingleton<IStatusSource>(provider => provider.GetRequiredService<ProcessStatus>());
        services.AddHostedService(provider => provider.GetRequiredService<ProcessStatus>());
        services.AddSingleton(new Workspace
        {
            Path = "/status", Symbol = Symbols.MonitorHeart, Order = 10, Key = 'S',
            Texts = typeof(StatusText), TitleKey = "Title", Permission = "status.read",
        });
        services.AddScoped<SettingsSections>();
        services.AddSingleton(new Workspace
        {
            Path = "/settings", Symbol = Symbols.Tune, Order = 90, Key = 'E',
            Texts = typeof(SettingsText), TitleKey = "Title", Permission = "settings.read",
        });
    }

    /// <summary>The pages' part of the pipeline and all their addresses; call it after whatever is not a page.</summary>
    public static void MapRivetPages(this WebApplication app)
    {
        app.UseExceptionHandler("/problem", createScopeForErrors: true);
        app.UseWhen(context => !ChatFiles.IsOf(context.Request), pages => pages.UseSecurityHeaders(Headers));
        app.UseWhen(context => ChatFiles.IsOf(context.Request), chat => chat.UseSecurityHeaders());
        app.UseRequestLocalization();
        app.UseStatusCodePagesWithReExecute("/problem", "?code={0}", createScopeForStatusCodePages: true);
        app.Use(SpentAddressAsync);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseIdentityPages();
        app.MapStaticAssets();
        app.MapPreferences();
        app.MapLook();
        app.MapChat();
        app.MapIdentityStart();
        app.MapIdentityEntrance();
        app.MapRazorComponents<App>()
            .AddAdditionalAssemblies([.. Assemblies])
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }

    /// <summary>Whoever follows an address that was used or ran out is told so where the way in is explained.</summary>
    private static async Task SpentAddressAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context is { Response: { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } }
            && context.Request.Path.StartsWithSegments("/enter", StringComparison.Ordinal))
        {
            context.Response.Redirect("/signin?why=used");
        }
    }

    /// <summary>Nothing from outside, no framing, no script without the response's nonce. MudBlazor sets styles on elements.</summary>
    private static HeaderPolicyCollection Headers { get; } = new HeaderPolicyCollection()
        .AddDefaultSecurityHeaders()
        .AddContentSecurityPolicy(policy =>
        {
            policy.AddDefaultSrc().None();
            policy.AddScriptSrc().WithNonce().StrictDynamic();
            policy.AddStyleSrc().Self().UnsafeInline();
            policy.AddFontSrc().Self();
            policy.AddImgSrc().Self().Data();
            policy.AddConnectSrc().Self();
            policy.AddFormAction().Self();
            policy.AddBaseUri().Self();
            policy.AddFrameAncestors().None();
            policy.AddManifestSrc().Self();
        })
        .AddCrossOriginOpenerPolicy(policy => policy.SameOrigin())
        .AddCrossOriginResourcePolicy(policy => policy.SameOrigin())
        .AddReferrerPolicySameOrigin();
}
