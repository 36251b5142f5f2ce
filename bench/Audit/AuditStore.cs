using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rivet.Access;
using Rivet.Audit;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Bench.Audit;

/// <summary>A real store and vault with the sealed log over them, in this process, and events as sign-ins record them.</summary>
internal static class AuditStore
{
    public static readonly CompanyId Company = new(Guid.CreateVersion7());
    private static readonly PersonId[] People = [.. Enumerable.Range(0, 200).Select(_ => new PersonId(Guid.CreateVersion7()))];
    private static readonly EventKind SignedIn = new("identity.device.signed-in", OcsfType.Logon, EventSeverity.Informational, "remote", "binding");

    public static async Task<ServiceProvider> StartAsync(string root, bool hasLog = true, Action<IServiceCollection>? add = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddStorage(options => options.Folder = Path.Combine(root, "data"));
        services.AddAccess();
        services.AddVault(options => options.RootKeyFile = Path.Combine(root, "root.key"));
        if (hasLog)
        {
            services.AddAudit(options => (options.LookEvery, options.VerifyAllEvery) = (TimeSpan.FromHours(1), TimeSpan.FromDays(1)));
        }

        add?.Invoke(services);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return provider;
    }

    /// <summary>How many of the company's events are under a signed checkpoint.</summary>
    public static long Sealed(IStore store)
        => store.ReadAsync(session => session.QueryFirst("SELECT size FROM audit_log WHERE company = $1", row => row.GetInt64(0), Company.ToBytes()), CancellationToken.None).Result;

    /// <summary>Whoever may read the company's log.</summary>
    public static async Task<Permit> PermitAsync(IServiceProvider provider)
    {
        var person = new PersonId(Guid.CreateVersion7());
        await provider.GetRequiredService<IStore>().WriteAsync(
            transaction =>
            {
                provider.GetRequiredService<IRelations>().Add(transaction, Resource.Of(Company), Relation.Administrator, person);
                return Done.Value;
            },
            CancellationToken.None);
        var question = new Question(Subject.OfPage(Company, person, new(Guid.CreateVersion7())), new("audit.read"), Resource.Of(Company));
        return (await provider.GetRequiredService<IAccess>().AskAsync(question, CancellationToken.None)).Permit!;
    }

    public static SecurityEvent Event(int number) => new()
    {
        Id = EntityId.New<EventId>(TimeProvider.System),
        At = TimeProvider.System.GetUtcNow(),
        Kind = SignedIn,
        Actor = Subject.OfDevice(Company, People[number % People.Length], new(People[(number + 1) % People.Length].Value)),
        Target = Resource.Of(new DeviceId(People[(number + 1) % People.Length].Value), Company),
        Outcome = EventOutcome.Success,
        Details = new Dictionary<string, string> { ["remote"] = "192.0.2.17", ["binding"] = "TlsExporter" },
    };
}
