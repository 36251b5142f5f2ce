using Microsoft.Extensions.DependencyInjection;
using Rivet.Messaging.Pages;
using Rivet.UiKit;

namespace Rivet.Messaging;

/// <summary>Messaging's parts of the settings page: for how long messages are kept, how many there may be, and whether the company seals them itself.</summary>
public static class MessagingPages
{
    /// <summary>Adds the parts.</summary>
    public static IServiceCollection AddMessagingPages(this IServiceCollection services)
        => services
            .AddSingleton(new SettingsSection
            {
                Key = "retention", Order = 20, Texts = typeof(MessagingText), TitleKey = "RetentionTitle", LineKey = "RetentionLine",
                Component = typeof(RetentionPart), Permission = Permissions.Policy.Name, IsFirstStep = true,
            })
            .AddSingleton(new SettingsSection
            {
                Key = "limits", Order = 30, Texts = typeof(MessagingText), TitleKey = "LimitsTitle", LineKey = "LimitsLine",
                Component = typeof(LimitsPart), Permission = Permissions.Policy.Name,
            })
            .AddSingleton(new SettingsSection
            {
                Key = "sealing", Order = 40, Texts = typeof(MessagingText), TitleKey = "SealingTitle", LineKey = "SealingLine",
                Component = typeof(SealingPart), Permission = Permissions.Policy.Name,
            });
}
