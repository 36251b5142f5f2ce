using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rivet.Hosting.Link;
using Rivet.Hosting.Outgoing;
using Rivet.Hosting.Status;
using Rivet.Mail.Pages;
using Rivet.Storage;
using Rivet.UiKit;

namespace Rivet.Mail;

/// <summary>Composes mail: how companies send it, and what waits to be sent.</summary>
public static class MailModule
{
    /// <summary>Adds Mail. It needs the store and the vault.</summary>
    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.AddMigrations("mail", typeof(MailModule).Assembly);
        services.AddSingleton<MailEvents>().AddSingleton<MailBook>().AddSingleton<MailSender>().AddSingleton<TestAllowance>();
        services.AddSingleton<MailDesk>().AddSingleton<MailRequests>().AddSingleton<PostOffice>();
        services.AddSingleton<IPostOffice>(provider => provider.GetRequiredService<PostOffice>());
        services.TryAddSingleton<Chance>();
        services.AddSingleton<MailCourier>();
        services.AddHostedService(provider => provider.GetRequiredService<MailCourier>());
        services.AddSingleton<IStatusSource, MailStatus>();
        return services.AddSingleton(new SettingsSection
        {
            Key = "mail", Order = 40, Texts = typeof(MailText), TitleKey = "Title", LineKey = "Line",
            Component = typeof(MailSettingsForm), Permission = MailDesk.Manage.Name, IsFirstStep = true,
        });
    }

    /// <summary>Maps Mail's requests.</summary>
    public static LwsEndpoints MapMail(this LwsEndpoints endpoints, IServiceProvider services)
    {
        services.GetRequiredService<MailRequests>().Map(endpoints);
        return endpoints;
    }
}
