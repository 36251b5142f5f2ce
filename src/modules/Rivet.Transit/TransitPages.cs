using Microsoft.Extensions.DependencyInjection;
using Rivet.Transit.Pages;
using Rivet.UiKit;

namespace Rivet.Transit;

/// <summary>The cryptographic API's part of the settings page: applications and their keys.</summary>
public static class TransitPages
{
    /// <summary>Adds the part. It needs an <see cref="Hosting.Pages.IPageAsker"/>.</summary>
    public static IServiceCollection AddTransitPages(this IServiceCollection services)
        => services.AddScoped<TransitAsker>().AddSingleton(new SettingsSection
        {
            Key = "transit", Order = 46, Texts = typeof(ApplicationText), TitleKey = "Title", LineKey = "Line",
            Component = typeof(TransitPart), Permission = TransitAsker.Manage.Name,
        });
}
