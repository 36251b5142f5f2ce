using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Hosting.Link;
using Rivet.Hosting.Status;
using Rivet.Identity.Companies;
using Rivet.Identity.Devices;
using Rivet.Identity.Imports;
using Rivet.Identity.Invitations;
using Rivet.Identity.PageSessions;
using Rivet.Identity.People;
using Rivet.Identity.Recovery;
using Rivet.Identity.Sealing;
using Rivet.Identity.ServerIdentity;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity;

/// <summary>Composes Identity: companies, people, invitations, devices, page sessions, the server's own keys.</summary>
public static class IdentityModule
{
    /// <summary>Adds Identity. It needs the store, the vault, Access, Mail and a silo.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services, Action<IdentityOptions>? configure = null)
    {
        services.AddOptions<IdentityOptions>().Configure(configure ?? (_ => { })).ValidateDataAnnotations().ValidateOnStart();
        services.AddMigrations("identity", typeof(IdentityModule).Assembly);
        services.TryAddSingleton<ISignatureVerifier, Ed25519Verifier>();
        services.AddSingleton<IdentityEvents>().AddSingleton<Sealer>().AddSingleton<IndexKeys>();
        services.AddSingleton<IServerIdentity, ServerKeys>();
        services.AddSingleton<CompanyFoundation>();
        services.AddSingleton<ICompanyFounding, CompanyFounding>();
        services.AddSingleton<CompanyBook>();
        services.AddSingleton<IAdministratorCode, AdministratorCode>();
        services.AddSingleton<PersonDrafts>().AddSingleton<PeopleList>().AddSingleton<PeopleImport>();
        services.AddSingleton<IPeopleList>(provider => provider.GetRequiredService<PeopleList>());
        services.AddSingleton<IPeople>(provider => provider.GetRequiredService<PeopleList>());
        services.AddSingleton<CodeAttempts>().AddSingleton<Admissions>().AddSingleton<InvitationLinks>().AddSingleton<InvitationLetters>().AddSingleton<InvitationMaking>();
        services.AddSingleton<IInvitations>(provider => provider.GetRequiredService<InvitationMaking>());
        services.AddSingleton<Enrolment>().AddSingleton<RecordedRefusals>().AddSingleton<DeviceList>().AddSingleton<SelfDescription>();
        services.AddSingleton<IDeviceAuthority, DeviceAuthority>();
        services.AddSingleton<IDevices>(provider => provider.GetRequiredService<DeviceList>());
        services.AddSingleton<DeviceSessions>().AddSingleton<LastSeen>();
        services.AddSingleton<ILwsConnectionObserver>(provider => provider.GetRequiredService<DeviceSessions>());
        services.AddHostedService(provider => provider.GetRequiredService<LastSeen>());
        services.AddSingleton<PageSessionOpening>().AddSingleton<PageTickets>().AddSingleton<OpenPages>();
        services.AddSingleton<IPageSessions>(provider => provider.GetRequiredService<OpenPages>());
        services.AddSingleton<IdentityRequests>();
        services.AddSingleton<IStatusSource, IdentityStatus>();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "__Host-rivet-form";
            options.Cookie.Path = "/";
            options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            options.Cookie.SameSite = SameSiteMode.Strict;
        });
        services.AddAuthentication(PagePrincipal.Scheme)
            .AddScheme<AuthenticationSchemeOptions, PageAuthentication>(PagePrincipal.Scheme, configureOptions: null);
        services.AddAuthorization();
        return services;
    }

    /// <summary>
    /// Adds <see cref="IAdministratorRecovery"/> and nothing else, for a program of the machine's owner. It needs a store, the vault, and in the options
    /// the host and port that people reach the server by.
    /// </summary>
    public static IServiceCollection AddIdentityRecovery(this IServiceCollection services, Action<IdentityOptions> configure)
    {
        services.AddOptions<IdentityOptions>().Configure(configure).ValidateDataAnnotations();
        services.AddMigrations("identity", typeof(IdentityModule).Assembly);
        services.AddSingleton<IdentityEvents>().AddSingleton<Sealer>().AddSingleton<IndexKeys>();
        services.AddSingleton<IServerIdentity, ServerKeys>();
        services.AddSingleton<PeopleList>().AddSingleton<InvitationLinks>();
        return services.AddSingleton<IAdministratorRecovery, AdministratorRecovery>();
    }

    /// <summary>Maps Identity's requests.</summary>
    public static LwsEndpoints MapIdentity(this LwsEndpoints endpoints, IServiceProvider services)
    {
        services.GetRequiredService<IdentityRequests>().Map(endpoints);
        return endpoints;
    }

    /// <summary>Maps <c>GET /enter/{token}</c>, by which a device's address opens a page, and <c>POST /leave</c>.</summary>
    public static IEndpointRouteBuilder MapIdentityEntrance(this IEndpointRouteBuilder routes)
    {
        Entrance.Map(routes);
        return routes;
    }
}
