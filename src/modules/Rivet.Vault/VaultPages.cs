using Microsoft.Extensions.DependencyInjection;
using Rivet.UiKit;
using Rivet.Vault.Pages;

namespace Rivet.Vault;

/// <summary>The vault's part of the settings page: the company's key.</summary>
public static class VaultPages
{
    /// <summary>Adds the part. It needs an <see cref="Hosting.Pages.IPageAsker"/> and <see cref="Hosting.Pages.IPageNames"/>.</summary>
    public static IServiceCollection AddVaultPages(this IServiceCollection services)
        => services.AddScoped<KeyAsker>().AddSingleton(new SettingsSection
        {
            Key = "keys", Order = 45, Texts = typeof(KeyText), TitleKey = "Title", LineKey = "Line",
            Component = typeof(KeysPart), Permission = KeyDesk.Look.Name,
        });
}
