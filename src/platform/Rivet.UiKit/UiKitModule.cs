using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor.Services;

namespace Rivet.UiKit;

/// <summary>The look and the languages of all pages.</summary>
public static class UiKitModule
{
    /// <summary>The cookie that keeps light or dark; without it the system decides.</summary>
    public const string ThemeCookie = "rivet.theme";

    /// <summary>Adds MudBlazor, the texts and the choice of language.</summary>
    public static IServiceCollection AddUiKit(this IServiceCollection services)
    {
        services.AddMudServices();
        services.AddLocalization();
        services.TryAddSingleton(TimeProvider.System);
        return services.Configure<RequestLocalizationOptions>(options =>
        {
            options.SetDefaultCulture("en")
                .AddSupportedCultures([.. Languages.All.Select(language => language.Code)])
                .AddSupportedUICultures([.. Languages.All.Select(language => language.Code)]);
            options.RequestCultureProviders = [new CookieRequestCultureProvider(), new AskedLanguage(), new HouseLanguage()];
            options.ApplyCurrentCultureToResponseHeaders = true;
        });
    }

    /// <summary>Maps the two addresses by which a reader chooses language and appearance; they change cookies only.</summary>
    public static void MapPreferences(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/preferences/language/{code}", (string code, string? @return, HttpContext context) =>
        {
            if (Languages.All.Any(language => language.Code == code))
            {
                context.Response.Cookies.Append(
                    CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(code)), Kept());
            }

            return Results.LocalRedirect(Local(@return));
        });
        routes.MapGet("/preferences/theme/{theme}", (string theme, string? @return, HttpContext context) =>
        {
            if (theme is "light" or "dark" or "system")
            {
                context.Response.Cookies.Append(ThemeCookie, theme, Kept());
            }

            return Results.LocalRedirect(Local(@return));
        });
    }

    /// <summary>Maps <c>/look.css</c>: the colours, for pages that no server renders.</summary>
    public static void MapLook(this IEndpointRouteBuilder routes)
        => routes.MapGet("/look.css", () => Results.Text(RivetTheme.Css, "text/css")).AllowAnonymous();

    /// <summary>The reader's chosen appearance; null leaves it to the system.</summary>
    public static string? ThemeOf(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Request.Cookies[ThemeCookie] is "light" or "dark" ? context.Request.Cookies[ThemeCookie] : null;
    }

    private static CookieOptions Kept() => new()
    {
        Secure = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromDays(365), IsEssential = true,
    };

    /// <summary>Only a path of this site: another site's address in the query leads home.</summary>
    private static string Local(string? path)
        => path is ['/', ..] && path is not ['/', '/' or '\\', ..] && !path.Any(char.IsControl) && Uri.IsWellFormedUriString(path, UriKind.Relative) ? path : "/";
}

/// <summary>Reads Accept-Language, any Chinese as simplified Chinese.</summary>
internal sealed class AskedLanguage : RequestCultureProvider
{
    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        var wanted = httpContext.Request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => Languages.Match(language.Value.Value))
            .FirstOrDefault(code => code is not null);
        return Task.FromResult(wanted is null ? null : new ProviderCultureResult(wanted));
    }
}
