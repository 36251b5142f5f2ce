using Microsoft.Extensions.DependencyInjection;
using Rivet.Audit.Pages;
using Rivet.Audit.Retention;
using Rivet.UiKit;

namespace Rivet.Audit;

/// <summary>The pages of the security log, and its part of the settings.</summary>
public static class AuditPages
{
    /// <summary>Adds what the pages need, and the log to the rail. They need an <see cref="Hosting.Pages.IPageAsker"/> and <see cref="Hosting.Pages.IPageNames"/>.</summary>
    public static IServiceCollection AddAuditPages(this IServiceCollection services)
    {
        services.AddScoped<LogReader>();
        services.AddScoped<EntryWords>();
        services.AddSingleton(new SettingsSection
        {
            Key = "log-retention", Order = 50, Texts = typeof(LogText), TitleKey = "RetentionTitle", LineKey = "RetentionLine",
            Component = typeof(LogRetentionPart), Permission = RetentionDesk.Decide.Name,
        });
        return services.AddSingleton(new Workspace
        {
            Path = LogAddress.Root, Symbol = Symbols.VerifiedUser, Order = 30, Key = 'L',
            Texts = typeof(LogText), TitleKey = "RailTitle", Permission = LogReader.Permission.Name,
        });
    }
}
