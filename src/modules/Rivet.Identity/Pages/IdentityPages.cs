using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rivet.Hosting.Pages;
using Rivet.Identity.Companies;
using Rivet.Identity.Pages;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.UiKit;

namespace Rivet.Identity;

/// <summary>Identity's pages: set-up, sign-in, people.</summary>
public static class IdentityPages
{
    /// <summary>Adds what the pages need, and People to the rail.</summary>
    public static IServiceCollection AddIdentityPages(this IServiceCollection services)
    {
        services.AddScoped<PageVisitor>();
        services.AddScoped<IVisitor>(provider => provider.GetRequiredService<PageVisitor>());
        services.AddScoped<IPageAsker>(provider => provider.GetRequiredService<PageVisitor>());
        services.AddScoped<IPageNames, PageNames>();
        services.AddScoped<CircuitHandler, PageCircuit>();
        services.AddSingleton<IHouseLanguage>(provider => provider.GetRequiredService<CompanyBook>());
        services.AddSingleton(new SettingsSection
        {
            Key = "company", Order = 10, Texts = typeof(IdentityText), TitleKey = "CompanyTitle", LineKey = "CompanyLine",
            Component = typeof(CompanySettingsForm), Permission = IdentityPermissions.CompanyChange.Name, IsFirstStep = true,
        });
        services.Configure<IdentityOptions>(options => options.SignInPath ??= "/signin");
        return services.AddSingleton(new Workspace
        {
            Path = "/people", Symbol = Symbols.Group, Order = 20, Key = 'P',
            Texts = typeof(IdentityText), TitleKey = "PeopleTitle", Permission = IdentityPermissions.PeopleRead.Name,
        });
    }

    /// <summary>Cuts the connections of circuits whose page session ends. Comes after authentication.</summary>
    public static IApplicationBuilder UseIdentityPages(this IApplicationBuilder app) => app.UseMiddleware<CircuitGate>();

    /// <summary>Maps <c>/</c>: to set-up while there is no company, else to the first page the visitor may see, else to sign-in.</summary>
    public static IEndpointRouteBuilder MapIdentityStart(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", async (HttpContext context, IStore store, IAccess access, IEnumerable<Workspace> places, CancellationToken ct) =>
        {
            if (!await store.ReadAsync(CompanyTable.Any, ct))
            {
                return Results.Redirect("/setup");
            }

            if (!PagePrincipal.TryGetSubject(context.User, out var visitor))
            {
                return Results.Redirect("/signin");
            }

            foreach (var place in places.OrderBy(place => place.Order))
            {
                var question = new Question(visitor, new Permission(place.Permission), Resource.Of(visitor.Company));
                if ((await access.AskAsync(question, ct)).Permit is not null)
                {
                    return Results.Redirect(place.Path);
                }
            }

            return Results.Redirect("/people");
        });
        return routes;
    }
}
